import Sampling
import StableDiffusion
import Tensors
import Walks

/// A walk as a person describes it: a time line of key frames, with files by their paths and what was left open;
/// `ModelStore.recipe(for:)` makes a recipe of it. The defaults of the whole program are those of its properties.
///
///     var draft = RecipeDraft(.circle, prompts: ["Skyline of New York City"])
///     draft.model = FileRequest("stable-diffusion-v1-5")
///     draft.seed = 42
///     let recipe = try ModelStore().recipe(for: draft)
///
/// `init(document:)` reads a draft from YAML or JSON, and `yaml` writes it.
public struct RecipeDraft: Sendable, Hashable, Encodable {
  public var kind: Recipe.WalkKind
  public var keyFrames: [KeyFrame]

  /// The model by path, or by a name that `ModelLibrary` finds.
  public var model = FileRequest(ModelLibrary.bundledModel)
  public var loras: [LoRA] = []
  public var textualInversions: [TextualInversion] = []
  public var vae: FileRequest?
  public var tinyVAE: FileRequest?
  public var packing = Packing()

  /// Of the key frames that have none of their own.
  public var negativePrompt = ""
  public var guidance = 7.5
  public var steps = 25
  public var sampler = SamplerName.ddim
  /// Nil for the sampler's default.
  public var schedule: ScheduleKind?
  /// Nil for one that is drawn.
  public var seed: UInt64?
  public var noise: FileRequest?
  public var interpolation = Recipe.EmbeddingInterpolation.linear
  /// A picture to begin with.
  public var picture: FileRequest?
  /// How much of the picture may change, 0 to 1.
  public var strength = 0.8

  /// Pixels; nil for the model's size.
  public var width: Int?
  public var height: Int?
  public var rng = NoiseGenerator.pytorch
  public var promptReading = PromptReading()

  /// Nil for as many as the key frames' times need, or `defaultFrames`.
  public var frames: Int?
  public var fps = 10.0
  public var pingPong = false
  /// Whether the last key frame leads back to the first.
  public var isLoop = false
  /// Columns of a sheet of the frames; nil for an animation.
  public var sheetColumns: Int?
  /// Sound whose beats and energy set the pace, and which plays with the frames.
  public var paceBy: FileRequest?

  public var stepSize = 0.002
  public var drift = Drift()
  /// Of a loop; nil for `defaultRadius`, or the largest half of it, quarter and so on at which the loop does not jump.
  public var radius: Double?
  public var harmonics = 1
  public var grid = Recipe.Grid(columns: 5, rows: 5)
  public var smoothing = Smoothing()

  public static let defaultFrames = 60
  public static let defaultRadius = 0.3
  /// Of a key frame that is a picture and has no guidance of its own: only with this it is shown as it is.
  public static let pictureGuidance = 1.0

  public init(_ kind: Recipe.WalkKind, keyFrames: [KeyFrame]) {
    self.kind = kind
    self.keyFrames = keyFrames
  }

  public init(_ kind: Recipe.WalkKind, prompts: [String] = []) {
    self.init(kind, keyFrames: prompts.map { KeyFrame(prompt: $0) })
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

/// The parts of a recipe that need no file.
extension RecipeDraft {
  var playback: Recipe.Playback { Recipe.Playback(fps: fps, pingPong: pingPong, sheetColumns: sheetColumns) }

  /// Of a key frame, or of all.
  func sampling(_ keyFrame: KeyFrame? = nil) -> Recipe.Sampling {
    let sampler = keyFrame?.sampler ?? sampler
    return Recipe.Sampling(
      sampler: sampler, schedule: keyFrame?.schedule ?? schedule ?? sampler.defaultSchedule,
      steps: keyFrame?.steps ?? steps)
  }

  func settings(defaultSize: Int) -> Recipe.Settings {
    Recipe.Settings(
      width: width ?? defaultSize, height: height ?? defaultSize, rng: rng,
      promptSyntax: promptReading.syntax,
      clipSkip: promptReading.clipSkip)
  }
}
