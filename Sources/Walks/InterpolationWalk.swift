import Glibc

/// From key frame to key frame: straight between their conditionings, and on the great circle between their noises.
///
///     e(u) = (1 - u) * e_1 + u * e_2
///     z(u) = cos(u pi / 2) * z_1 + sin(u pi / 2) * z_2     where the noises differ
///
/// Noises of different seeds are at right angles but for a few thousandths, so that z(u) is spherical interpolation and
/// keeps variance one (Shoemake, "Animating Rotation with Quaternion Curves", 1985).
public struct InterpolationWalk: Path {
  public let isClosed = false
  public let noiseCount: Int
  private let noises: [Int]

  /// - Parameter noises: for each key frame, which noise it has; two key frames with one noise share its index.
  public init(noises: [Int]) {
    precondition(!noises.isEmpty, "An interpolation needs a key frame to begin with.")
    self.noises = noises
    noiseCount = (noises.max() ?? 0) + 1
  }

  public var legCount: Int { noises.count - 1 }

  public func point(at position: Position) -> Point {
    let (from, to) = (min(position.leg, legCount), min(position.leg + 1, legCount))
    let u = position.fraction
    var conditioning = [Double](repeating: 0, count: noises.count)
    conditioning[to] = u
    conditioning[from] = 1 - u
    var noise = [Double](repeating: 0, count: noiseCount)
    if noises[from] == noises[to] || u == 0 {
      noise[noises[from]] = 1
    } else {
      noise[noises[from]] = cos(u * .pi / 2)
      noise[noises[to]] = sin(u * .pi / 2)
    }
    return Point(
      conditioning: LinearCombination(weights: conditioning), noise: LinearCombination(weights: noise))
  }
}
