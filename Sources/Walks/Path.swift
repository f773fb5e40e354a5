/// A path through latent space: a pure function from a position to a point. `Timing` says which frame
/// stands at which position.
///
///     let path = InterpolationWalk(noises: [0, 0])
///     path.point(at: Position(leg: 0, fraction: 0.5)).conditioning.weights   // [0.5, 0.5]
///
/// Paths speak of key frames and noises by their index only. They know neither tensors nor pictures.
public protocol Path: Sendable {
  /// How many legs the path has; it leads from position 0 to position `legCount`.
  var legCount: Int { get }
  /// Whether the end is the beginning again, so that a frame at both would show one point twice.
  var isClosed: Bool { get }
  /// How many noises the points mix.
  var noiseCount: Int { get }

  func point(at position: Position) -> Point
}

/// A position on a path: the number of whole legs, and the part of the next.
///
/// The legs are counted in whole numbers, so that a frame at a key frame has exactly this key frame's numbers.
public struct Position: Sendable, Hashable {
  public let leg: Int
  /// 0 ..< 1
  public let fraction: Double

  public init(leg: Int, fraction: Double) {
    self.leg = leg
    self.fraction = fraction
  }

  /// A position in legs: 1.25 is a quarter of the second leg.
  public init(_ legs: Double) {
    precondition(0...1e9 ~= legs, "A position is a number of legs from 0, not \(legs).")
    self.init(leg: Int(legs), fraction: legs - legs.rounded(.down))
  }
}

/// A point in latent space: which conditioning a picture is made from, and which noise.
public struct Point: Sendable, Hashable {
  /// Of the key frames' conditionings, one weight each.
  public let conditioning: LinearCombination
  /// Of the noises.
  public let noise: LinearCombination

  public init(conditioning: LinearCombination, noise: LinearCombination) {
    self.conditioning = conditioning
    self.noise = noise
  }
}

/// A weighted sum, and a number added to each of its components.
public struct LinearCombination: Sendable, Hashable {
  public let weights: [Double]
  public let offset: Double

  public init(weights: [Double], offset: Double = 0) {
    self.weights = weights
    self.offset = offset
  }

  /// The only term there is, as it is.
  static let single = LinearCombination(weights: [1])
}

/// Stays where it is: one conditioning, one noise.
public struct StillWalk: Path {
  public let legCount = 0
  public let isClosed = false
  public let noiseCount = 1

  public init() {}

  public func point(at position: Position) -> Point {
    Point(conditioning: .single, noise: .single)
  }
}
