/// Stays where it is: one prompt, one noise, one frame.
public struct StillWalk: Walk {
  public let frameCount = 1
  public let embeddingAnchorCount = 1
  public let noiseAnchorCount = 1

  public init() {}

  public func point(at frame: Int) -> Point {
    Point(embedding: .single, noise: .single)
  }
}
