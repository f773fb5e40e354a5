import Walks

/// Where the frames of a walk stand once its pace is known: evenly in what the picture changes, with key frames shown as
/// they are, jumps in one gap each, and bridges over them.
struct Placement {
  /// Of each frame, in legs.
  private(set) var positions: [Double]
  private(set) var bridges: [Recipe.Bridge] = []
  private(set) var jumps: [MeasuredRecipe.Jump]
  private let route: Route

  init(_ pace: Pace, _ route: Route) {
    let positions = pace.placed(route, count: route.timing.frameCount)
    (self.route, self.positions) = (route, positions)
    jumps = pace.jumps.map { gap in
      let frame = positions.lastIndex { $0 <= gap.start } ?? 0
      return MeasuredRecipe.Jump(frame: frame, size: gap.distance, isBridged: false)
    }
  }

  /// Frames on both sides of a jump that make its bridge.
  private static let side = 2

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
      for frame in start...last {
        let share = Double(frame - start) / Double(last - start)
        positions[frame] = frame == last ? positions[last] : from + share * (positions[last] - from)
      }
      bridges.append(Recipe.Bridge(from: from, to: positions[last], method: method))
      jumps[index] = MeasuredRecipe.Jump(frame: jump.frame, size: jump.size, isBridged: true)
    }
  }
}

extension Pace {
  /// The positions of so many frames. Those that have their place on the time line keep it; without one, the frame
  /// nearest to each key frame shows it.
  func placed(_ route: Route, count: Int) -> [Double] {
    if let knots = route.timing.knots, count == route.timing.frameCount {
      let fixed = knots.map { FixedFrame(frame: Int($0.frame), position: $0.position) }
      return positions(frameCount: count, isClosed: route.isClosed, fixed: fixed)
    }
    let free = positions(frameCount: count, isClosed: route.isClosed)
    guard route.walk.kind == .interpolate, count > 2 * route.legCount else { return free }
    let keyFrames = (1..<max(1, route.legCount)).map { keyFrame in
      let nearest = free.indices.min { abs(free[$0] - Double(keyFrame)) < abs(free[$1] - Double(keyFrame)) }
      return FixedFrame(frame: nearest ?? 0, position: Double(keyFrame))
    }
    let isRising = zip(keyFrames, keyFrames.dropFirst()).allSatisfy { $0.frame < $1.frame }
    guard isRising, keyFrames.allSatisfy({ 0 < $0.frame && $0.frame < count - 1 }) else { return free }
    return positions(frameCount: count, isClosed: route.isClosed, fixed: keyFrames)
  }
}
