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
