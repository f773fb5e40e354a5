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
  /// A key frame: what it shows, how it is sampled, and from which noise.
  public struct KeyFrame: Codable, Sendable, Hashable {
    /// Either a prompt or an embedding. Of a picture, its caption.
    public var prompt: String?
    /// A text embedding in place of the prompt, a `.npy` file, float32 [77, width].
    public var embedding: FileReference?
    public var negativePrompt: String
    public var guidance: Double
    /// Of the frames from this key frame up to the next.
    public var sampling: Sampling
    public var seed: UInt64
    /// A mixture of several seeds' noises in place of one, if there is one.
    public var seeds: [WeightedSeed]?
    /// Initial noise in place of the seed's, a `.npy` file, float32 [4, h, w] or [h, w, 4].
    public var noise: FileReference?
    /// A picture that the key frame shows: its noise is found by DDIM inversion, with guidance 1.
    public var picture: FileReference?
    /// A picture to begin with in place of noise alone, for `image`.
    public var start: Start?
    /// How the embedding goes to the next key frame's; nil for straight.
    public var interpolation: EmbeddingInterpolation?

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

  /// A seed and how much of its noise a mixture has: sum w_i z_i / sqrt(sum w_i^2), which keeps variance one.
  public struct WeightedSeed: Codable, Sendable, Hashable {
    public var seed: UInt64
    public var weight: Double

    public init(seed: UInt64, weight: Double) { (self.seed, self.weight) = (seed, weight) }
  }

  /// How one embedding becomes another.
  public enum EmbeddingInterpolation: String, Codable, Sendable, CaseIterable {
    /// Straight: (1 - u) e_1 + u e_2.
    case linear
    /// On the great circle, token by token, with its length between theirs.
    case spherical
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
    /// Columns of the sheet on which the frames lie side by side; nil for an animation.
    public var sheetColumns: Int?
    /// What plays with the frames, where the format has sound.
    public var sound: FileReference?

    public init(fps: Double, pingPong: Bool, sheetColumns: Int? = nil, sound: FileReference? = nil) {
      self.fps = fps
      self.pingPong = pingPong
      self.sheetColumns = sheetColumns
      self.sound = sound
    }
  }
}

extension Recipe {
  /// Whether both have the same frames: they may play in another way.
  public func hasSameFrames(as other: Recipe) -> Bool {
    model == other.model && walk == other.walk && settings == other.settings
  }
}
