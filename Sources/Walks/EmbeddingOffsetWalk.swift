/// Walks away from a prompt in equal small steps, the same number added to every component of its embedding;
/// all frames share one noise.
///
///     e_k = e + k * stepSize,   k = 0, 1, ...
public struct EmbeddingOffsetWalk: Walk {
  public let frameCount: Int
  public let stepSize: Double
  public let embeddingAnchorCount = 1
  public let noiseAnchorCount = 1

  public init(frameCount: Int, stepSize: Double) {
    precondition(frameCount > 0, "A walk has at least one frame, not \(frameCount).")
    self.frameCount = frameCount
    self.stepSize = stepSize
  }

  public func point(at frame: Int) -> Point {
    precondition(0..<frameCount ~= frame, "The frames are 0..<\(frameCount); \(frame) is none of them.")
    return Point(embedding: LinearCombination(weights: [1], offset: Double(frame) * stepSize), noise: .single)
  }
}
