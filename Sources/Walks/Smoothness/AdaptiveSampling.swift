/// Where to look next at a way: in the middle of the gaps over which it changes most.
///
///     var sampling = AdaptiveSampling([0, 1, 2])
///     sampling.midpoints(of: 1) { $1 - $0 > 0.9 ? $1 : 0 }         // [1.5]: the gap from 1 to 2 has the larger change
public struct AdaptiveSampling: Sendable, Hashable {
  /// Positions that were looked at, rising, in legs.
  public private(set) var positions: [Double]
  /// Gaps of this part of the first ones are not halved further: what is left there is a jump, or as good as one.
  private static let smallest = 1.0 / 64
  private let smallestGap: Double

  /// - Parameter positions: the first ones, rising.
  public init(_ positions: [Double]) {
    precondition(zip(positions, positions.dropFirst()).allSatisfy(<), "Positions rise.")
    self.positions = positions
    let gaps = zip(positions, positions.dropFirst()).map { $1 - $0 }
    smallestGap = (gaps.min() ?? 0) * Self.smallest
  }

  /// The middles of the gaps with the largest changes, largest first; fewer where gaps are too small to be halved.
  /// - Parameter distance: of two positions that follow each other.
  public func midpoints(of count: Int, distance: (Double, Double) -> Double) -> [Double] {
    let gaps = zip(positions, positions.dropFirst()).filter { $1 - $0 > smallestGap }
    let ranked = gaps.map { (middle: ($0 + $1) / 2, change: distance($0, $1)) }.sorted {
      $0.change > $1.change
    }
    return ranked.prefix(max(0, count)).map(\.middle)
  }

  /// Takes what was looked at.
  public mutating func add(_ new: [Double]) { positions = Set(positions + new).sorted() }
}
