import Walks

extension Recipe {
  /// The kind of a walk.
  public enum WalkKind: String, Codable, Sendable, CaseIterable {
    /// From key frame to key frame.
    case interpolate
    /// Away from a key frame, in equal steps of its embedding.
    case walk
    /// Around a circle of noises.
    case circle
    /// A random walk, of the noise or of the embedding.
    case drift
    /// Around one noise, and back to where it began.
    case loop
    /// Over a sheet between key frames in its corners.
    case grid
    /// One picture's way out of noise, a frame for each step.
    case denoise
    /// Nowhere: one picture.
    case image
  }

  /// The kind of walk, its key frames and its timing.
  public struct Walk: Codable, Sendable, Hashable {
    public var kind: WalkKind
    /// Two or more for `interpolate`, two to four for `grid`, otherwise one.
    public var keyFrames: [KeyFrame]
    /// How many frames, and the position of each.
    public var timing: Timing
    /// Of `walk` alone: what each leg adds to every component of the embedding.
    public var stepSize: Double?
    /// Of `drift` alone.
    public var drift: Drift?
    /// Of `loop` alone.
    public var loop: Loop?
    /// Of `grid` alone.
    public var grid: Grid?
    /// Of `interpolate` alone: whether the last key frame leads back to the first; nil for no.
    public var isClosed: Bool?
    /// How the frames between key frames are made, where they are not simply denoised.
    public var between: Between?

    public init(
      kind: WalkKind, keyFrames: [KeyFrame], timing: Timing, stepSize: Double? = nil, isClosed: Bool? = nil
    ) {
      self.kind = kind
      self.keyFrames = keyFrames
      self.timing = timing
      self.stepSize = stepSize
      self.isClosed = isClosed
    }
  }

  /// A random walk.
  public struct Drift: Codable, Sendable, Hashable {
    public var space: DriftWalk.Space
    /// How often it takes a new direction.
    public var legs: Int
    /// How far a leg leads: the angle to the next direction, in radians.
    public var angle: Double
    /// How far embeddings come from the key frame's, as the deviation of their components; of noises 0.
    public var spread: Double

    public init(space: DriftWalk.Space, legs: Int, angle: Double, spread: Double) {
      (self.space, self.legs, self.angle, self.spread) = (space, legs, angle, spread)
    }
  }

  /// A closed path around a noise.
  public struct Loop: Codable, Sendable, Hashable {
    /// How far it leads away, 0 ... 1.
    public var radius: Double
    /// 1 for a circle; more wander.
    public var harmonics: Int

    public init(radius: Double, harmonics: Int) { (self.radius, self.harmonics) = (radius, harmonics) }
  }

  /// A sheet.
  public struct Grid: Codable, Sendable, Hashable {
    public var columns: Int
    public var rows: Int

    public init(columns: Int, rows: Int) { (self.columns, self.rows) = (columns, rows) }
  }

  /// How frames between key frames are made. Each frame is still a function of the recipe alone.
  public struct Between: Codable, Sendable, Hashable {
    /// The share of the steps that a frame takes over from its two key frames' denoising, 0 ... 1 (latent blending);
    /// nil for none.
    public var blend: Double?
    /// Whether self-attention is interpolated between that of the two key frames (AID).
    public var attention: Bool?
    /// How places where the model jumps are bridged, once they are found; nil if they are not.
    public var bridging: Bridge.Method?
    /// Those that were found.
    public var bridges: [Bridge]?

    public init(blend: Double? = nil, attention: Bool? = nil, bridging: Bridge.Method? = nil) {
      (self.blend, self.attention, self.bridging) = (blend, attention, bridging)
    }
  }

  /// A part of a leg that leads over a jump.
  public struct Bridge: Codable, Sendable, Hashable {
    /// How a bridge's frames are made.
    public enum Method: String, Codable, Sendable, CaseIterable {
      /// Self-attention interpolated between that of the bridge's ends.
      case attention
      /// The latents of the bridge's ends, mixed.
      case crossFade
    }

    /// Positions in legs.
    public var from: Double
    public var to: Double
    public var method: Method

    public init(from: Double, to: Double, method: Method) {
      (self.from, self.to, self.method) = (from, to, method)
    }
  }
}
