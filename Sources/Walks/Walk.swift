/// A way through latent space: a pure function from a frame's number to a point. Any frame can be had alone,
/// again and in any order.
///
///     let walk = InterpolationWalk(prompts: 2, frameCount: 3)
///     walk.point(at: 1).embedding.weights   // [0.5, 0.5]
///
/// Walks speak of *anchors*, the prompts' embeddings and the noises that a recipe names, by their position
/// only. They know neither their numbers nor the pictures that become of them.
public protocol Walk: Sendable {
  /// Frames are numbered 0, 1, ..., frameCount - 1.
  var frameCount: Int { get }
  /// How many prompts the walk mixes.
  var embeddingAnchorCount: Int { get }
  /// How many noises the walk mixes.
  var noiseAnchorCount: Int { get }

  func point(at frame: Int) -> Point
}

/// A place in latent space: which embedding a picture is made from, and which noise.
public struct Point: Sendable, Hashable, Codable {
  public let embedding: LinearCombination
  public let noise: LinearCombination

  public init(embedding: LinearCombination, noise: LinearCombination) {
    self.embedding = embedding
    self.noise = noise
  }
}

/// A weighted sum of anchors, and a number added to each of its components.
public struct LinearCombination: Sendable, Hashable, Codable {
  /// One weight an anchor.
  public let weights: [Double]
  public let offset: Double

  public init(weights: [Double], offset: Double = 0) {
    self.weights = weights
    self.offset = offset
  }

  /// The only anchor of a walk, as it is.
  static let single = LinearCombination(weights: [1])
}
