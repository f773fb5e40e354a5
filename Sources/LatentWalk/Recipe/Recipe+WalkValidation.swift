import Walks

/// Which walks and timings a recipe accepts.
extension Recipe {
  func validateWalk() throws(RecipeError) {
    let count = walk.keyFrames.count
    let (counts, accepted) =
      switch walk.kind {
      case .interpolate: (2...100_000, "two or more")
      case .grid: (2...4, "two to four")
      case .walk, .circle, .drift, .loop, .denoise, .image: (1...1, "one")
      }
    try require(counts.contains(count), "walk.keyFrames", "a list of \(count)", accepted)
    try validateParts()
    try validateBetween()
  }

  /// What a kind of walk needs, and the others do not have.
  private func validateParts() throws(RecipeError) {
    let (kind, parts) = (
      walk.kind,
      [
        ("stepSize", WalkKind.walk, walk.stepSize != nil), ("drift", .drift, walk.drift != nil),
        ("loop", .loop, walk.loop != nil), ("grid", .grid, walk.grid != nil),
      ]
    )
    for (field, owner, isThere) in parts {
      try require(
        (kind == owner) == isThere, "walk.\(field)", isThere ? "there" : "missing",
        isThere ? "none for \(kind.rawValue)" : "one for \(kind.rawValue)")
    }
    try require(
      walk.isClosed == nil || kind == .interpolate, "walk.isClosed", "there", "none for \(kind.rawValue)")
    if let stepSize = walk.stepSize {
      try require(stepSize.isFinite, "walk.stepSize", "\(stepSize)", "a number such as 0.002")
    }
    if let drift = walk.drift {
      try require(0...100_000 ~= drift.legs, "walk.drift.legs", "\(drift.legs)", "0 to 100000")
      try require(
        0...Double.pi / 2 ~= drift.angle, "walk.drift.angle", "\(drift.angle)", "0 to 1.57 radians")
      try require(
        0...100 ~= drift.spread, "walk.drift.spread", "\(drift.spread)", "a deviation such as 0.2")
    }
    if let loop = walk.loop {
      try require(0...1 ~= loop.radius, "walk.loop.radius", "\(loop.radius)", "0 to 1")
      try require(1...100 ~= loop.harmonics, "walk.loop.harmonics", "\(loop.harmonics)", "1 to 100")
    }
    if let grid = walk.grid {
      for (field, size) in [("columns", grid.columns), ("rows", grid.rows)] {
        try require(1...100 ~= size, "walk.grid.\(field)", "\(size)", "1 to 100")
      }
    }
  }

  private func validateBetween() throws(RecipeError) {
    guard let between = walk.between else { return }
    try require(
      walk.kind == .interpolate, "walk.between", "there", "none for \(walk.kind.rawValue)")
    if let blend = between.blend {
      try require((0.0..<1).contains(blend), "walk.between.blend", "\(blend)", "0 to less than 1")
    }
    let legs = Double(walk.path.legCount)
    for (index, bridge) in (between.bridges ?? []).enumerated() {
      // Both ends are on one leg, whose key frames' settings hold.
      let leg = bridge.from.rounded(.down)
      try require(
        0..<legs ~= bridge.from && bridge.to > bridge.from && bridge.to <= leg + 1,
        "walk.between.bridges[\(index)]", "\(bridge.from) to \(bridge.to)", "two positions on one leg")
    }
  }

  func validateTiming() throws(RecipeError) {
    let (timing, field) = (walk.timing, "walk.timing")
    let frameCounts = walk.kind == .image ? 1...1 : Self.frameCounts
    try require(
      frameCounts.contains(timing.frameCount), "\(field).frameCount", "\(timing.frameCount)",
      walk.kind == .image ? "1 for an image" : "1 to 100000 frames")
    if walk.kind == .denoise {
      try require(
        timing.knots == nil && timing.measured == nil, field, "a time line",
        "none: a frame of denoise is one of the steps")
    }
    try validate(timing.knots, "\(field).knots")
    try validate(timing.measured?.knots, "\(field).measured.knots")
  }

  /// The frames of knots rise, and their positions are on the walk.
  private func validate(_ knots: [Timing.Knot]?, _ field: String) throws(RecipeError) {
    guard let knots else { return }
    let legs = Double(walk.path.legCount)
    try require(!knots.isEmpty, field, "empty", "one knot or more, or none at all")
    for (index, knot) in knots.enumerated() {
      try require(
        0...legs ~= knot.position, "\(field)[\(index)].position", "\(knot.position)",
        "0 to \(legs), the legs of the walk")
      let isRising = index == 0 || knot.frame > knots[index - 1].frame
      try require(
        knot.frame.isFinite && isRising, "\(field)[\(index)].frame", "\(knot.frame)",
        "a frame after that of the knot before it")
    }
  }
}
