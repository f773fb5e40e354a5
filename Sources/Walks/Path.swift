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

  /// In legs.
  public var legs: Double { Double(leg) + fraction }
}

/// A point in latent space: which conditioning a picture is made from, and which noise.
public struct Point: Sendable, Hashable {
  /// Of the key frames' conditionings, one weight each.
  public let conditioning: Mixture
  /// Of the noises.
  public let noise: Mixture

  public init(conditioning: Mixture, noise: Mixture) {
    self.conditioning = conditioning
    self.noise = noise
  }
}

/// How a point is mixed from what the key frames have.
public enum Mixture: Sendable, Hashable {
  /// A weighted sum.
  case sum(LinearCombination)
  /// On the great circle (spherical linear interpolation) from one sum to another; the fraction is 0 ... 1.
  case arc(from: LinearCombination, to: LinearCombination, fraction: Double)

  /// The weights of the terms; between the ends of an arc those of a straight line.
  public var weights: [Double] {
    switch self {
    case .sum(let sum): sum.weights
    case .arc(let from, let to, let fraction):
      zip(from.weights, to.weights).map { (1 - fraction) * $0 + fraction * $1 }
    }
  }

  /// From one sum to another, which are the same or not.
  static func between(_ from: LinearCombination, _ to: LinearCombination, _ fraction: Double) -> Mixture {
    from == to || fraction == 0 ? .sum(from) : .arc(from: from, to: to, fraction: fraction)
  }

  /// The only term there is, as it is.
  static let single = Mixture.sum(.term(0, of: 1))
}

/// A weighted sum, and a number added to each of its components.
public struct LinearCombination: Sendable, Hashable {
  public let weights: [Double]
  public let offset: Double

  public init(weights: [Double], offset: Double = 0) {
    self.weights = weights
    self.offset = offset
  }

  /// One of several terms, as it is.
  static func term(_ index: Int, of count: Int) -> LinearCombination {
    LinearCombination(weights: (0..<count).map { $0 == index ? 1 : 0 })
  }

  /// Straight from one of several terms to another.
  static func between(_ from: Int, _ to: Int, _ u: Double, of count: Int) -> LinearCombination {
    var weights = [Double](repeating: 0, count: count)
    weights[to] = u
    weights[from] = 1 - u
    return LinearCombination(weights: weights)
  }
}
