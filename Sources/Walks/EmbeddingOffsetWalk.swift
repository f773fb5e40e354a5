/// Away from a key frame in equal small steps, the same number added to every component of its embedding; one noise.
///
///     e(k) = e + k * stepSize
///
/// A leg is a step.
public struct EmbeddingOffsetWalk: Path {
  public let legCount: Int
  public let isClosed = false
  public let noiseCount = 1
  public let stepSize: Double

  public init(steps: Int, stepSize: Double) {
    precondition(steps >= 0, "A walk has no fewer than 0 steps, not \(steps).")
    legCount = steps
    self.stepSize = stepSize
  }

  public func point(at position: Position) -> Point {
    let offset = position.legs * stepSize
    return Point(conditioning: .sum(LinearCombination(weights: [1], offset: offset)), noise: .single)
  }
}
