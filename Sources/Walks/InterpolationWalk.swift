/// From key frame to key frame: straight between their conditionings, and on the great circle between their noises.
///
///     e(u) = (1 - u) * e_1 + u * e_2
///     z(u) = slerp(z_1, z_2; u)     where the noises differ
///
/// Shoemake, "Animating Rotation with Quaternion Curves" (1985). A closed walk has one leg more, from the last key frame
/// to the first.
///
///     InterpolationWalk(noises: [0, 1], isClosed: true).legCount      // 2
public struct InterpolationWalk: Path {
  public let isClosed: Bool
  public let noiseCount: Int
  private let noises: [Int]
  private let arcs: Set<Int>

  /// - Parameters:
  ///   - noises: for each key frame, which noise it has; two key frames with one noise share its index.
  ///   - arcs: the legs on which conditionings go on the great circle, too, token by token.
  public init(noises: [Int], isClosed: Bool = false, arcs: Set<Int> = []) {
    precondition(!noises.isEmpty, "An interpolation needs a key frame to begin with.")
    (self.noises, self.isClosed, self.arcs) = (noises, isClosed, arcs)
    noiseCount = (noises.max() ?? 0) + 1
  }

  public var legCount: Int { noises.count - (isClosed ? 0 : 1) }

  public func point(at position: Position) -> Point {
    let (from, to) = keyFrames(of: position.leg)
    let (u, count) = (position.fraction, noises.count)
    let conditioning: Mixture =
      arcs.contains(from)
      ? .between(.term(from, of: count), .term(to, of: count), u)
      : .sum(.between(from, to, u, of: count))
    return Point(
      conditioning: conditioning,
      noise: .between(.term(noises[from], of: noiseCount), .term(noises[to], of: noiseCount), u))
  }

  /// The key frames at both ends of a leg; the last of an open walk stays at its end.
  public func keyFrames(of leg: Int) -> (from: Int, to: Int) {
    let count = noises.count
    return isClosed ? (leg % count, (leg + 1) % count) : (min(leg, count - 1), min(leg + 1, count - 1))
  }
}
