import Sampling
import StableDiffusion
import Tensors
import Walks

/// A recipe whose files and open values are not resolved yet; `ModelStore.recipe(for:)` makes a recipe of it. The
/// defaults of the whole program are those of its properties.
///
///     var draft = RecipeDraft(.circle, prompts: ["Skyline of New York City"])
///     draft.model = FileRequest("stable-diffusion-v1-5")
///     draft.seed = 42
///     let recipe = try ModelStore().recipe(for: draft)
public struct RecipeDraft: Sendable, Hashable, Encodable {
  public var kind: Recipe.WalkKind
  /// One for each key frame; empty if an embedding is given.
  public var prompts: [String]

  /// The model by path, or by a name that `ModelLibrary` finds.
  public var model = FileRequest(ModelLibrary.bundledModel)
  public var loras: [LoRA] = []
  public var textualInversions: [TextualInversion] = []
  public var vae: FileRequest?
  public var tinyVAE: FileRequest?
  public var packing = Packing()

  public var embedding: FileRequest?
  public var negativePrompt = ""
  public var guidance = 7.5
  public var steps = 25
  public var sampler = SamplerName.ddim
  /// Nil for the sampler's default.
  public var schedule: ScheduleKind?
  /// Nil for one that is drawn.
  public var seed: UInt64?
  public var noise: FileRequest?
  /// A picture to begin with.
  public var picture: FileRequest?
  /// How much of the picture may change, 0 to 1.
  public var strength = 0.8

  /// Pixels; nil for the model's size.
  public var width: Int?
  public var height: Int?
  public var rng = NoiseGenerator.pytorch
  public var promptReading = PromptReading()

  public var frames = 60
  public var stepSize = 0.002
  public var fps = 10.0
  public var pingPong = false

  public init(_ kind: Recipe.WalkKind, prompts: [String] = []) {
    self.kind = kind
    self.prompts = prompts
  }

  /// A LoRA file and how strongly it is added.
  public struct LoRA: Sendable, Hashable, Encodable {
    public var file: FileRequest
    public var weight: Double

    public init(_ file: FileRequest, weight: Double = 1) {
      self.file = file
      self.weight = weight
    }
  }

  /// A file of learned embeddings, and the word that is replaced by them in prompts; nil for the file's own.
  public struct TextualInversion: Sendable, Hashable, Encodable {
    public var file: FileRequest
    public var token: String?

    public init(_ file: FileRequest, token: String? = nil) {
      self.file = file
      self.token = token
    }
  }
}

/// A file that is given by its path or name, and what it has to contain, if that is known.
public struct FileRequest: Sendable, Hashable, Encodable {
  public var path: String
  public var expected: ExpectedContents?

  public init(_ path: String, expected: ExpectedContents? = nil) {
    self.path = path
    self.expected = expected
  }
}

/// What identifies the contents of a file in results from elsewhere.
public enum ExpectedContents: Sendable, Hashable, Encodable {
  /// The beginning of the SHA-256 in hexadecimal digits: all 64, or the ten of AUTOMATIC1111 and Civitai.
  case sha256(prefix: String)
  /// The fingerprint in recipes of schema 1.
  case fingerprint(String)
}

extension RecipeDraft {
  /// The recipe's parts that need no file.
  var timing: Timing { Timing(frameCount: kind == .image ? 1 : frames) }
  var sampling: Recipe.Sampling {
    Recipe.Sampling(sampler: sampler, schedule: schedule ?? sampler.defaultSchedule, steps: steps)
  }
  var playback: Recipe.Playback { Recipe.Playback(fps: fps, pingPong: pingPong) }

  func settings(defaultSize: Int) -> Recipe.Settings {
    Recipe.Settings(
      width: width ?? defaultSize, height: height ?? defaultSize, rng: rng,
      promptSyntax: promptReading.syntax,
      clipSkip: promptReading.clipSkip)
  }
}
