import Sampling
import Walks

extension RecipeDraft {
  /// A key frame on the time line. What is nil is as the draft has it for all.
  ///
  ///     var cat = RecipeDraft.KeyFrame(prompt: "A photograph of a cat")
  ///     cat.time = .at(.seconds(3))
  ///     cat.hold = .seconds(0.5)
  ///     let dog = RecipeDraft.KeyFrame(prompt: "A photograph of a dog")
  ///     let draft = RecipeDraft(.interpolate, keyFrames: [dog, cat])
  public struct KeyFrame: Sendable, Hashable, Encodable {
    public var prompt: String?
    public var embedding: FileRequest?
    /// A picture that the key frame shows; the prompt is its caption.
    public var picture: FileRequest?
    public var negativePrompt: String?
    public var guidance: Double?
    public var steps: Int?
    public var sampler: SamplerName?
    public var schedule: ScheduleKind?
    /// One, or several whose noises are mixed; empty for the draft's.
    public var seeds: [Recipe.WeightedSeed] = []
    public var noise: FileRequest?
    /// Nil for evenly between its neighbours.
    public var time: Time?
    /// How long the walk stays here.
    public var hold: Length?
    /// Of the way to the next key frame.
    public var easing = Easing.linear
    public var interpolation: Recipe.EmbeddingInterpolation?

    public init(prompt: String? = nil, embedding: FileRequest? = nil, picture: FileRequest? = nil) {
      (self.prompt, self.embedding, self.picture) = (prompt, embedding, picture)
    }
  }

  /// A length of the time line.
  public enum Length: Sendable, Hashable, Encodable {
    case frames(Double)
    case seconds(Double)

    func frames(fps: Double) -> Double {
      switch self {
      case .frames(let frames): frames
      case .seconds(let seconds): seconds * fps
      }
    }
  }

  /// When a key frame is shown.
  public enum Time: Sendable, Hashable, Encodable {
    /// From the beginning; the first frame is frame 0.
    case at(Length)
    /// After the key frame before it, and its hold.
    case after(Length)
  }

  /// A random walk.
  public struct Drift: Sendable, Hashable, Encodable {
    public var space = DriftWalk.Space.noise
    /// How far a frame is from the one before it: an angle in radians.
    public var angle = 0.06
    /// Frames from one direction to the next; 1 trembles, more glide.
    public var turn = 8
    /// How far embeddings come from the prompt's, as the deviation of their components.
    public var spread = 0.3

    public init() {}
  }

  /// What is done for the frames between key frames.
  public struct Smoothing: Sendable, Hashable, Encodable {
    /// For an even pace: the share of frames that is rendered beyond those of the walk, to choose from; nil for none.
    public var even: Double?
    /// How jumps of the model are bridged, if they are.
    public var bridging: Recipe.Bridge.Method?
    /// The share of the steps that is shared with the key frames; nil for none.
    public var blend: Double?
    /// Whether self-attention is interpolated.
    public var attention = false

    public init() {}

    /// More brings little (docs/walks.md).
    public static let defaultEven = 0.3

    var between: Recipe.Between? {
      guard blend != nil || attention || bridging != nil else { return nil }
      return Recipe.Between(blend: blend, attention: attention ? true : nil, bridging: bridging)
    }
  }
}
