import Walks

/// Where the frames of a walk stand once they are chosen, where it jumps, and the bridges over jumps.
struct Placement {
  /// Of each frame, in legs.
  private(set) var positions: [Double]
  private(set) var bridges: [Recipe.Bridge] = []
  private(set) var jumps: [MeasuredRecipe.Jump]

  /// Frames on both sides of a jump that make its bridge.
  private static let side = 2

  /// - Parameters:
  ///   - positions: those that were chosen; of a closed walk also its end.
  ///   - found: the gaps over which the model jumps.
  init(_ positions: [Double], jumps found: [MeasuredGap], frameCount: Int) {
    self.positions = Array(positions.prefix(frameCount))
    jumps = found.sorted { $0.start < $1.start }.map { gap in
      let frame = positions.lastIndex { $0 <= gap.start } ?? 0
      return MeasuredRecipe.Jump(frame: frame, size: gap.distance, isBridged: false)
    }
  }

  /// Puts a bridge over each jump: the frames around it are spread evenly between its ends. Bridges stay on one leg.
  mutating func bridge(with method: Recipe.Bridge.Method) {
    for (index, jump) in jumps.enumerated() {
      let leg = positions[jump.frame].rounded(.down)
      let onLeg = positions.indices.filter { leg...leg + 1 ~= positions[$0] }
      let first = max(onLeg.first ?? 0, jump.frame - Self.side)
      let last = min(onLeg.last ?? 0, jump.frame + 1 + Self.side)
      // Neighbouring jumps share a bridge.
      let from = bridges.last.flatMap { $0.to > positions[first] ? $0.from : nil } ?? positions[first]
      guard last > first + 1, positions[last] > from else { continue }
      if bridges.last?.from == from { bridges.removeLast() }
      let start = positions.firstIndex(of: from) ?? first
      for frame in start..<last {
        let share = Double(frame - start) / Double(last - start)
        positions[frame] = from + share * (positions[last] - from)
      }
      bridges.append(Recipe.Bridge(from: from, to: positions[last], method: method))
      jumps[index].isBridged = true
    }
  }
}
