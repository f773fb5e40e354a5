import Glibc

/// Once around the circle through two noises, with one conditioning: the end is the beginning, so that the loop closes.
///
///     z(a) = cos(a) * x + sin(a) * y
///
/// The squares of the weights add up to one, so that every point of the circle is noise of variance one. A leg is a
/// quarter turn; the weights at its ends are exactly 0, 1 and -1.
public struct CircularWalk: Path {
  public let legCount = 4
  public let isClosed = true
  public let noiseCount = 2

  public init() {}

  public func point(at position: Position) -> Point {
    let angle = position.fraction * Double.pi / 2
    let weights =
      switch position.leg % 4 {
      case 0: [cos(angle), sin(angle)]
      case 1: [-sin(angle), cos(angle)]
      case 2: [-cos(angle), -sin(angle)]
      default: [sin(angle), -cos(angle)]
      }
    return Point(conditioning: .single, noise: LinearCombination(weights: weights))
  }
}
