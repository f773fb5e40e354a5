import Media
import Sampling
import StableDiffusion

/// What another program wrote into a picture about how it was made, in LatentWalk's terms; nil where the text does
/// not say it.
///
///     let settings = try ForeignSettings(in: foreignTexts(inFile: "00012-1234.png"))
///     print(settings?.prompt ?? "no settings")
///     for sentence in settings?.unsupported ?? [] { print(sentence) }
///
/// Sources: AUTOMATIC1111's `modules/infotext_utils.py` and `modules/processing.py`; ComfyUI's `nodes.py` and
/// `comfy/samplers.py`.
public struct ForeignSettings: Sendable, Equatable {
  /// A LoRA file, by name only.
  public struct LoRA: Sendable, Equatable {
    /// Without folder and ending.
    public let name: String
    public let weight: Double
    /// AUTOMATIC1111's short hash: of a safetensors file without its header, so not the SHA-256 of the whole file.
    public var hash: String?
  }

  /// A learned word, which is the name of its file, too.
  public struct TextualInversion: Sendable, Equatable {
    public let name: String
    public var hash: String?
  }

  /// A picture to begin with.
  public struct Start: Sendable, Equatable {
    /// Of the file; nil where the text does not name it, as with AUTOMATIC1111.
    public var pictureName: String?
    /// As a recipe has it, so that int(steps * strength) steps are made: as many as the other program made.
    public let strength: Double
  }

  /// `AUTOMATIC1111` or `ComfyUI`.
  public let program: String
  /// Without the LoRAs that AUTOMATIC1111 writes into it, in the notation that `promptSyntax` names.
  public internal(set) var prompt: String?
  public internal(set) var negativePrompt: String?
  public internal(set) var promptSyntax = PromptSyntax.a1111
  /// 1 is the last layer of the text encoder.
  public internal(set) var clipSkip: Int?

  public internal(set) var steps: Int?
  public internal(set) var guidance: Double?
  public internal(set) var seed: UInt64?
  /// The random numbers that the seed draws in that program.
  public internal(set) var rng: NoiseGenerator
  /// Pixels.
  public internal(set) var width: Int?
  public internal(set) var height: Int?
  public internal(set) var sampler: SamplerName?
  public internal(set) var schedule: ScheduleKind?
  public internal(set) var start: Start?

  /// Without folder and ending.
  public internal(set) var modelName: String?
  /// The first ten digits of the file's SHA-256.
  public internal(set) var modelHash: String?
  public internal(set) var vaeName: String?
  /// The first ten digits of the file's SHA-256.
  public internal(set) var vaeHash: String?
  public internal(set) var loras: [LoRA] = []
  public internal(set) var textualInversions: [TextualInversion] = []

  /// One sentence for each thing that the text says and LatentWalk cannot do, or does a little differently.
  public internal(set) var unsupported: [String] = []

  init(program: String, rng: NoiseGenerator) {
    self.program = program
    self.rng = rng
  }

  /// The settings in the texts of a picture's file: AUTOMATIC1111's under `parameters`, ComfyUI's under `prompt`; nil
  /// if there are none.
  ///
  /// - Throws: `ForeignSettingsError` if there are some that cannot be read.
  public init?(in texts: [EmbeddedText]) throws(ForeignSettingsError) {
    if let text = texts.first(where: { $0.keyword == "parameters" }) {
      try self.init(automatic1111: text.text)
    } else if let text = texts.first(where: { $0.keyword == "prompt" }) {
      try self.init(comfyUI: text.text)
    } else {
      return nil
    }
  }

  /// Bytes of a text. Those of these programs are far shorter.
  static let limit = 1 << 22

  static func requireLength(_ text: String, _ program: String) throws(ForeignSettingsError) {
    guard text.utf8.count <= limit else {
      throw .unreadable(program: program, reason: "they have \(text.utf8.count) bytes, and \(limit) are read")
    }
  }

  /// Adds a sentence once. Nobody reads a hundred.
  mutating func note(_ sentence: String) {
    if unsupported.count < 100, !unsupported.contains(sentence) { unsupported.append(sentence) }
  }
}

/// Why settings of another program cannot be read. Its description is the sentence for the user.
public enum ForeignSettingsError: Error, Equatable, CustomStringConvertible {
  case unreadable(program: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let program, let reason):
      "The settings that \(program) wrote into the file cannot be read: \(reason). Give the settings yourself."
    }
  }
}

/// The name of a model's file without folder, of Windows, too, and ending.
func baseName(_ path: String) -> String {
  let file = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? path
  let endings = [".safetensors", ".ckpt", ".pth", ".pt", ".bin", ".gguf"]
  let ending = endings.first { file.lowercased().hasSuffix($0) && file.count > $0.count }
  return String(file.dropLast(ending?.count ?? 0))
}

/// What a text begins with, to stand inside a sentence.
func shortened(_ text: String, to limit: Int = 60) -> String {
  let line = text.prefix(limit).map { $0.isNewline ? " " : String($0) }.joined()
  return text.count > limit ? line + "..." : line
}
