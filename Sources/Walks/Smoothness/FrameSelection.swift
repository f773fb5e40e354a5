/// Chooses frames of a walk out of more that were rendered, so that it changes evenly.
///
///     let places = [0, 0.1, 0.5, 0.9, 1]      // of five pictures, as far as their look goes
///     FrameSelection.frames(3, of: 5) { abs(places[$0] - places[$1]) }       // [0, 2, 4]
///
/// Of all choices in order that begin with the first and end with the last picture it takes the one whose steps are
/// nearest to a step t in the sum of squares, by dynamic programming (Bellman 1957), for some t around the mean; of these
/// the one with the largest 1 - Gini. Unlike placing by the inverse of the cumulated distance (walk-methods.md, 5) it
/// knows the distance of any two frames that may become neighbours, and renders nothing again.
public enum FrameSelection {
  /// Steps t, in parts of the mean step along the whole way: a choice with fewer frames cuts its corners.
  private static let targets = stride(from: 0.3, through: 1.3, by: 0.05)

  /// - Parameters:
  ///   - count: how many are chosen, two at least and no more than there are.
  ///   - candidates: how many there are, in the order of the walk.
  ///   - required: those that are chosen in any case, beside the ends; fewer than `count`.
  ///   - distance: of two candidates, the earlier one first.
  /// - Returns: `count` indices, rising.
  public static func frames(
    _ count: Int, of candidates: Int, required: Set<Int> = [], distance: (Int, Int) -> Double
  ) -> [Int] {
    precondition(2...max(2, candidates) ~= count, "\(count) frames cannot be chosen of \(candidates).")
    guard count < candidates else { return Array(0..<candidates) }
    let table = Table(count, candidates, required, distance)
    var best: (evenness: Double, frames: [Int])?
    for part in targets {
      guard let frames = table.choice(count, step: part * table.meanStep) else { continue }
      let evenness = 1 - gini(zip(frames, frames.dropFirst()).map { table.distances[$0]?[$1 - $0 - 1] ?? 0 })
      if evenness > best?.evenness ?? -1 { best = (evenness, frames) }
    }
    return best?.frames ?? Array((0..<count).map { $0 * (candidates - 1) / (count - 1) })
  }

  /// The distances of candidates that may become neighbours.
  private struct Table {
    /// Of each candidate to those after it, as far as a step may lead.
    let distances: [Int: [Double]]
    let meanStep: Double
    private let candidates: Int

    init(_ count: Int, _ candidates: Int, _ required: Set<Int>, _ distance: (Int, Int) -> Double) {
      // A step over several times the mean number of candidates is never chosen; required ones are not stepped over.
      let reach = 8 + 3 * candidates / count
      var distances: [Int: [Double]] = [:]
      for from in 0..<candidates {
        let last = min(candidates - 1, from + reach)
        let stop = required.filter { $0 > from }.min().map { min($0, last) } ?? last
        distances[from] = from < stop ? (from + 1...stop).map { distance(from, $0) } : []
      }
      let way = (0..<candidates).reduce(0) { $0 + (distances[$1]?.first ?? 0) }
      (self.distances, self.candidates, meanStep) = (distances, candidates, way / Double(count - 1))
    }

    /// The choice with the smallest sum of (d - step)^2; nil if none reaches the end.
    func choice(_ count: Int, step: Double) -> [Int]? {
      // costs[j]: of the best choice of so many candidates that ends with j.
      var costs = [Double](repeating: .infinity, count: candidates)
      var before: [[Int]] = []
      costs[0] = 0
      for _ in 1..<count {
        var next = [Double](repeating: .infinity, count: candidates)
        var sources = [Int](repeating: 0, count: candidates)
        for from in 0..<candidates where costs[from] < .infinity {
          for (offset, d) in (distances[from] ?? []).enumerated() {
            let (to, cost) = (from + 1 + offset, costs[from] + (d - step) * (d - step))
            if cost < next[to] { (next[to], sources[to]) = (cost, from) }
          }
        }
        costs = next
        before.append(sources)
      }
      guard costs[candidates - 1] < .infinity else { return nil }
      return before.reversed().reduce(into: [candidates - 1]) { $0.append($1[$0[$0.count - 1]]) }.reversed()
    }
  }
}
