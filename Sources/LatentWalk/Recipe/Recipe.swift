import Sampling
import StableDiffusion
import Tensors
import Walks

/// All that decides a result, complete and valid: from the same recipe come the same pictures, bit by bit. It is
/// written into every PNG and GIF, and a result is rendered again from it.
///
///     let models = ModelStore()
///     let draft = RecipeDraft(.interpolate, prompts: ["A photograph of a dog", "A photograph of a cat"])
///     let recipe = try models.recipe(for: draft)        // size, seed and the model's identity are filled in
///     print(try recipe.json)
///
/// A recipe that can be made can be rendered by the model that it names; what cannot be known without the model
/// (multiples of its latents' size, its number of training steps) is checked when the renderer is made.
public struct Recipe: Codable, Sendable, Hashable {
  public let model: ModelReference
  public let walk: Walk
  public let settings: Settings
  public let playback: Playback

  /// - Throws: `RecipeError` with the name of the field that is not accepted.
  public init(model: ModelReference, walk: Walk, settings: Settings, playback: Playback) throws(RecipeError) {
    self.model = model
    self.walk = walk
    self.settings = settings
    self.playback = playback
    try validate()
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      model: container.decode(ModelReference.self, forKey: .model),
      walk: container.decode(Walk.self, forKey: .walk),
      settings: container.decode(Settings.self, forKey: .settings),
      playback: container.decode(Playback.self, forKey: .playback))
  }

  /// The same frames, played in another way.
  public func playing(_ playback: Playback) throws(RecipeError) -> Recipe {
    try Recipe(model: model, walk: walk, settings: settings, playback: playback)
  }
}

extension Recipe {
  /// The kind of a walk.
  public enum WalkKind: String, Codable, Sendable, CaseIterable {
    /// From key frame to key frame.
    case interpolate
    /// Away from a key frame, in equal steps of its embedding.
    case walk
    /// Around a circle of noises.
    case circle
    /// Nowhere: one picture.
    case image
  }

  /// The kind of walk, its key frames and its timing.
  public struct Walk: Codable, Sendable, Hashable {
    public var kind: WalkKind
    /// Two or more for `interpolate`, otherwise one.
    public var keyFrames: [KeyFrame]
    /// How many frames, and the position of each.
    public var timing: Timing
    /// Of `walk` alone: what each leg adds to every component of the embedding.
    public var stepSize: Double?

    public init(kind: WalkKind, keyFrames: [KeyFrame], timing: Timing, stepSize: Double? = nil) {
      self.kind = kind
      self.keyFrames = keyFrames
      self.timing = timing
      self.stepSize = stepSize
    }
  }

  /// A key frame: what it shows, how it is sampled, and from which noise.
  public struct KeyFrame: Codable, Sendable, Hashable {
    /// Either a prompt or an embedding.
    public var prompt: String?
    /// A text embedding in place of the prompt, a `.npy` file, float32 [77, width].
    public var embedding: FileReference?
    public var negativePrompt: String
    public var guidance: Double
    /// Of the frames from this key frame up to the next.
    public var sampling: Sampling
    public var seed: UInt64
    /// Initial noise in place of the seed's, a `.npy` file, float32 [4, h, w] or [h, w, 4].
    public var noise: FileReference?
    /// A picture to begin with in place of noise alone, for `image`.
    public var start: Start?

    public init(
      prompt: String? = nil, embedding: FileReference? = nil, negativePrompt: String, guidance: Double,
      sampling: Sampling, seed: UInt64
    ) {
      self.prompt = prompt
      self.embedding = embedding
      self.negativePrompt = negativePrompt
      self.guidance = guidance
      self.sampling = sampling
      self.seed = seed
    }
  }

  /// How noise becomes a picture.
  public struct Sampling: Codable, Sendable, Hashable {
    public var sampler: SamplerName
    public var schedule: ScheduleKind
    public var steps: Int

    public init(sampler: SamplerName, schedule: ScheduleKind, steps: Int) {
      self.sampler = sampler
      self.schedule = schedule
      self.steps = steps
    }
  }

  /// A picture from which a result is denoised, and how much of it may change.
  public struct Start: Codable, Sendable, Hashable {
    public var picture: FileReference
    /// 0 keeps the picture, 1 leaves no more of it than the noisiest level does.
    public var strength: Double

    public init(picture: FileReference, strength: Double) {
      self.picture = picture
      self.strength = strength
    }
  }

  /// What holds for all frames.
  public struct Settings: Codable, Sendable, Hashable {
    /// Pixels.
    public var width: Int
    public var height: Int
    /// Whose random numbers the seeds draw.
    public var rng: NoiseGenerator
    public var promptSyntax: PromptSyntax
    /// Which layer of the text encoder gives the embedding, counted from its end: 1 is the last.
    public var clipSkip: Int

    public init(width: Int, height: Int, rng: NoiseGenerator, promptSyntax: PromptSyntax, clipSkip: Int) {
      self.width = width
      self.height = height
      self.rng = rng
      self.promptSyntax = promptSyntax
      self.clipSkip = clipSkip
    }

    var promptReading: PromptReading { PromptReading(syntax: promptSyntax, clipSkip: clipSkip) }
  }

  /// How the frames play. It changes no frame: recipes that differ in this alone share their frames.
  public struct Playback: Codable, Sendable, Hashable {
    /// Frames a second.
    public var fps: Double
    /// Whether the animation plays there and back again.
    public var pingPong: Bool

    public init(fps: Double, pingPong: Bool) {
      self.fps = fps
      self.pingPong = pingPong
    }
  }
}

extension Recipe {
  /// Whether both have the same frames: they may play in another way.
  public func hasSameFrames(as other: Recipe) -> Bool {
    model == other.model && walk == other.walk && settings == other.settings
  }
}
