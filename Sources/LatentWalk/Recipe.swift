import Sampling
import StableDiffusion
import Tensors
import Walks

/// All that makes a result: from the same recipe and model come the same pictures, bit by bit. It is written into every PNG and
/// GIF, and a result can be rendered again from it.
///
///     var recipe = Recipe(model: reference, prompts: ["A photograph of a dog", "A photograph of a cat"], seed: 42)
///     recipe.frames = 60
public struct Recipe: Codable, Sendable, Hashable {
  /// Which way the walk leads.
  public enum WalkKind: String, Codable, Sendable, CaseIterable {
    case interpolate, walk, circle, image
  }

  /// A model, by name and by what its files hold.
  public struct ModelReference: Codable, Sendable, Hashable {
    public var name: String
    /// Of the model's files; tells models of the same name apart.
    public var fingerprint: String

    public init(name: String, fingerprint: String) {
      self.name = name
      self.fingerprint = fingerprint
    }
  }

  /// A file whose numbers take part, with what identifies them.
  public struct FileReference: Codable, Sendable, Hashable {
    public var path: String
    public var fingerprint: String

    public init(path: String, fingerprint: String) {
      self.path = path
      self.fingerprint = fingerprint
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

  public var model: ModelReference
  /// What is added to the model; nil where nothing is.
  public var loras: [LoRAReference]?
  public var textualInversions: [TextualInversionReference]?
  /// Another autoencoder in place of the model's.
  public var vae: FileReference?
  /// A tiny autoencoder, used as far as it goes.
  public var tinyVAE: FileReference?
  public var walk: WalkKind
  /// Two or more for `interpolate`, otherwise one; empty if an embedding is given.
  public var prompts: [String]
  /// A text embedding in place of the prompt.
  public var embedding: FileReference?
  public var negativePrompt = ""
  /// How the prompts are read; nil for CLIP's own way, as in recipes from before there was another.
  public var promptSyntax: PromptSyntax?
  public var clipSkip: Int?
  /// What each step of `walk` adds to every component of the embedding.
  public var stepSize = 0.002

  /// Pixels.
  public var width: Int
  public var height: Int
  public var steps = 25
  public var guidance = 7.5
  public var sampler = SamplerName.ddim
  public var schedule = ScheduleKind.keras
  public var seed: UInt64
  /// Whose random numbers the seed draws.
  public var rng = NoiseGenerator.pytorch
  /// Initial noise in place of the seed's.
  public var noise: FileReference?
  /// A picture to begin with, for `image` alone.
  public var start: Start?

  /// How convolutions are computed, which shows in the last digits; nil is `winograd`.
  public var convolution: ConvolutionAlgorithm?

  public var frames = 60
  /// Frames a second.
  public var fps = 10.0
  /// Whether the animation plays there and back again.
  public var rubberBand = false

  public init(
    model: ModelReference, walk: WalkKind, prompts: [String], width: Int, height: Int, seed: UInt64
  ) {
    self.model = model
    self.walk = walk
    self.prompts = prompts
    self.width = width
    self.height = height
    self.seed = seed
  }

  /// The way through latent space.
  public var path: any Walk {
    switch walk {
    case .interpolate: InterpolationWalk(prompts: prompts.count, frameCount: frames)
    case .walk: EmbeddingOffsetWalk(frameCount: frames, stepSize: stepSize)
    case .circle: CircularWalk(frameCount: frames)
    case .image: StillWalk()
    }
  }

  /// The frames in the order in which they play.
  public var playingOrder: [Int] {
    rubberBand ? Walks.rubberBand(frameCount: path.frameCount) : Array(0..<path.frameCount)
  }

  /// The same recipe without what only changes how the frames are played: recipes that agree in this share their frames.
  public var ofFrames: Recipe {
    var recipe = self
    recipe.fps = 10
    recipe.rubberBand = false
    return recipe
  }
}
