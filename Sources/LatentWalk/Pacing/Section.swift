import Walks

/// A part of a walk whose first and last frame have their places: its frames are spread evenly between them.
struct Section {
  /// The number of frames after the first one, up to the last.
  let gaps: Int
  let from: Double
  let to: Double
  private(set) var sampling: AdaptiveSampling
  /// The positions that are looked at before the way is refined.
  private let first: [Double]
  /// How many positions are looked at before the frames are chosen.
  let budget: Int
  private let keyFrames: Set<Double>

  /// Of the frames, those that are looked at before the way is refined.
  private static let firstShare = 1.0 / 3

  /// - Parameters:
  ///   - keyFrames: positions on the way that are shown as they are.
  ///   - extra: how many more positions than frames are looked at, as a share of the frames.
  init(gaps: Int, from: Double, to: Double, keyFrames: [Double], extra: Double) {
    (self.gaps, self.from, self.to) = (gaps, from, to)
    let inner = keyFrames.filter { from < $0 && $0 < to }
    self.keyFrames = inner.count < gaps ? Set(inner) : []
    budget = from == to ? 1 : gaps + 1 + Int((Double(gaps + 1) * extra).rounded(.up))
    let count = max(1, min(budget - 1, max(4, Int(Double(gaps) * Self.firstShare))))
    // Where frames would stand without measuring, so that they are kept if the pace turns out to be even.
    let even = (0...count).map { place in
      let part =
        count < gaps ? Double(place * gaps / count) / Double(gaps) : Double(place) / Double(count)
      return from + part * (to - from)
    }
    first = from == to ? [from] : self.keyFrames.union(even).sorted()
    sampling = AdaptiveSampling(first)
  }

  /// Positions to look at next, no more than can be rendered at once; none when the budget is spent.
  func next(_ most: Int, distance: (Double, Double) -> Double) -> [Double] {
    // A few at a time, so that each is where the change is largest.
    let count = min(most, max(1, gaps / 8), budget - sampling.positions.count)
    return from == to ? [] : sampling.midpoints(of: count, distance: distance)
  }

  mutating func add(_ positions: [Double]) { sampling.add(positions.filter { from < $0 && $0 < to }) }

  /// The positions of the frames after the first one.
  func placed(distance: (Double, Double) -> Double) -> [Double] {
    guard from < to, gaps > 0 else { return Array(repeating: from, count: gaps) }
    let positions = sampling.positions
    let required = positions.indices.filter { keyFrames.contains(positions[$0]) }
    return FrameSelection.frames(gaps + 1, of: positions.count, required: Set(required)) {
      distance(positions[$0], positions[$1])
    }.dropFirst().map { positions[$0] }
  }

  /// The search for a jump in a gap, which is a part of one of the first gaps; nil for another section's gap.
  func search(in gap: MeasuredGap, distance: (Double, Double) -> Double) -> JumpSearch? {
    guard let index = first.lastIndex(where: { $0 <= gap.start }), index + 1 < first.count,
      gap.end <= first[index + 1]
    else { return nil }
    let (start, end) = (first[index], first[index + 1])
    return JumpSearch(
      gap, halvedFrom: MeasuredGap(start: start, end: end, distance: distance(start, end)))
  }

  var isUnrefined: Bool { sampling.positions == first }

  /// How different neighbours look among the positions that are looked at before the way is refined.
  func firstChanges(distance: (Double, Double) -> Double) -> [Double] {
    zip(first, first.dropFirst()).map(distance)
  }

  /// Where the frames after the first would stand without measuring.
  var evenPositions: [Double] {
    (0..<gaps).map { from + Double($0 + 1) * (to - from) / Double(gaps) }
  }

  /// The sections of a walk, between frames that have their place on the time line.
  static func sections(of route: Route, extra: Double) -> [Section] {
    let (legs, count) = (Double(route.legCount), route.timing.frameCount)
    let last = Double(route.isClosed ? count : count - 1)
    let knots = (route.timing.knots ?? []).map { (frame: $0.frame, position: $0.position) }
    let inner = knots.filter { 0 < $0.frame && $0.frame < last }
    let start = (frame: 0.0, position: knots.first?.position ?? 0)
    let end = (frame: last, position: knots.last?.position ?? legs)
    let ends = [start] + inner + [end]
    let keyFrames = route.walk.kind == .interpolate ? (0...route.legCount).map(Double.init) : []
    return zip(ends, ends.dropFirst()).map { from, to in
      Section(
        gaps: Int(to.frame - from.frame), from: from.position, to: to.position,
        keyFrames: keyFrames, extra: extra)
    }
  }
}
