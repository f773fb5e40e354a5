/// How even and how straight a walk is, from the distances of its frames.
///
///     let walk = Smoothness(neighbours: [0.01, 0.03, 0.08], secondNeighbours: [0.03, 0.1])
///     print(walk.evenness, walk.jumps[0].frame)   // 0.61..., 2
///
/// Only walks with equal numbers of frames are comparable: more frames lower the evenness of the same way.
public struct Smoothness: Sendable, Hashable {
  /// d_i, the distance from frame i to frame i + 1.
  public let neighbours: [Double]
  /// 1 - Gini(d), from 0 to 1: 1 when all changes are equal, near 0 when one change is the whole way.
  public let evenness: Double
  /// The largest change over the median one; nil when at least half of the frames stand still.
  public let largestOverMedian: Double?
  /// The largest change; 0 without one.
  public let largest: Double
  /// The way: the sum of all changes.
  public let way: Double
  /// How much of the way leads back again, from 0 for a straight way to 1 when every other frame is the same:
  ///
  ///     sum_i (d(i-1, i) + d(i, i+1) - d(i-1, i+1)) / sum_i (d(i-1, i) + d(i, i+1))
  ///
  /// over the inner frames i. It grows with flicker, and a little with every bend.
  public let triangleDeficit: Double
  /// The changes that are seen as cuts, in playing order.
  public let jumps: [Jump]

  /// A change that is seen as a cut: from `frame` to the frame after it.
  public struct Jump: Sendable, Hashable, Codable {
    public let frame: Int
    public let size: Double
  }

  /// - Parameters:
  ///   - neighbours: the distance from each frame to the next.
  ///   - secondNeighbours: from each frame to the next but one, one number less.
  public init(neighbours: [Double], secondNeighbours: [Double], thresholds: ChangeThresholds = .oklab) {
    precondition(
      secondNeighbours.count == max(0, neighbours.count - 1),
      "\(neighbours.count) changes have \(neighbours.count - 1) pairs, not \(secondNeighbours.count).")
    self.neighbours = neighbours
    way = neighbours.reduce(0, +)
    largest = neighbours.max() ?? 0
    evenness = 1 - gini(neighbours)
    let median = median(neighbours) ?? 0
    largestOverMedian = median > 0 ? largest / median : nil
    let detours = zip(neighbours, neighbours.dropFirst()).map { $0 + $1 }
    let detour = detours.reduce(0, +)
    triangleDeficit = detour > 0 ? 1 - secondNeighbours.reduce(0, +) / detour : 0
    jumps = neighbours.enumerated().filter { $0.element > thresholds.cut }.map {
      Jump(frame: $0.offset, size: $0.element)
    }
  }
}

/// Gini's coefficient of numbers that are not negative: 0 when all are equal, 1 - 1/n when all but one are 0.
///
///     G = 2 sum_i i x_i / (n sum_i x_i) - (n + 1) / n     x sorted, i from 1
package func gini(_ values: [Double]) -> Double {
  let (sum, n) = (values.reduce(0, +), Double(values.count))
  guard sum > 0 else { return 0 }
  let ranked = values.sorted().enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element }
  return max(0, 2 * ranked / (n * sum) - (n + 1) / n)
}

/// The middle number, or the mean of the middle two; nil of none.
package func median(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let (sorted, middle) = (values.sorted(), values.count / 2)
  return values.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
