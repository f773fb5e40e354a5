import StableDiffusion
import Walks

/// Measures where a walk changes before its frames are rendered, and places the frames so that it changes evenly.
///
///     let models = ModelStore()
///     let recipe = try models.recipe(for: RecipeDraft(.interpolate, prompts: ["a dog", "a cat"]))
///     var measurement = try PaceMeasurement(recipe, passes: 2, models: models)
///     while try measurement.next() != nil {}
///     let even = try measurement.result().recipe
///
/// The first pass looks at evenly spaced positions, the second where the first would have put the frames. Gaps that are
/// then still seen as cuts are searched for jumps: where halving the gap does not halve the change, the model itself
/// jumps, the jump gets one gap between two frames, and is bridged if the recipe asks for it. Probes have a third of the
/// steps; for a bridge, which has to be at the right place, the search has all of them.
///
/// Source: walks-measured.md, sections 1 and 3.
public struct PaceMeasurement {
  private let recipe: Recipe
  private let passes: Int
  private let route: Route
  private var probes: Probes
  /// For the search, if it needs all steps; otherwise the same as `probes`.
  private var exactProbes: Probes?
  private var pass = 0
  private var searches: [JumpSearch]?
  private var evenness: [Double] = []

  /// - Parameters:
  ///   - passes: 1 or 2.
  ///   - models: where the recipe's model is, or will be, loaded.
  /// - Throws: as `ModelStore.renderer(for:)`.
  public init(
    _ recipe: Recipe, passes: Int, models: ModelStore, batch: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    precondition(1...2 ~= passes, "A pace is measured in one pass or two.")
    (self.recipe, self.passes) = (recipe.unmeasured, passes)
    route = Route(recipe.unmeasured.walk)
    let quick = try models.renderer(for: Probes.recipe(self.recipe, share: Self.stepShare), batch: batch)
    probes = Probes(quick, cancellation)
    if recipe.walk.between?.bridging != nil {
      exactProbes = Probes(try models.renderer(for: self.recipe, batch: batch), cancellation)
    }
    probes.request(firstPositions)
  }

  /// Of the steps of a frame.
  private static let stepShare = 0.3
  /// The most positions of a pass: more do not change where the frames go.
  private static let mostProbes = 49

  private var probeCount: Int { min(route.timing.frameCount, Self.mostProbes) }

  private var firstPositions: [Double] {
    let gaps = max(2, route.isClosed ? probeCount : probeCount - 1)
    let even = (0...gaps).map { Double($0 * route.legCount) / Double(gaps) }
    return (even + fixedFrames.map(\.position)).filter { 0...Double(route.legCount) ~= $0 }
  }

  /// Key frames that have their place on the time line.
  private var fixedFrames: [Pace.FixedFrame] {
    (route.timing.knots ?? []).map { Pace.FixedFrame(frame: Int($0.frame), position: $0.position) }
  }

  /// The next event of a probe; nil when all is measured.
  /// - Throws: as `Rendering.next()`.
  public mutating func next() throws -> RenderingEvent? {
    while true {
      if let event = try exactProbes?.next() ?? probes.next() { return event }
      if searches == nil, pass < passes {
        pass += 1
        evenness.append(currentEvenness)
        if pass < passes { probes.request(positions(count: probeCount)) }
      } else if try !search() {
        return nil
      }
    }
  }

  /// Begins or goes on with the search for jumps.
  /// - Returns: whether something has to be rendered for it.
  private mutating func search() throws -> Bool {
    if searches == nil {
      searches = suspects
      let ends = suspects.flatMap { [$0.gap.start, $0.gap.end] }
      exactProbes?.request(ends)
      if exactProbes != nil, !ends.isEmpty { return true }
    }
    var searches = searches ?? []
    let source = exactProbes ?? probes
    for index in searches.indices {
      guard let middle = searches[index].nextPosition, source.positions.contains(middle) else { continue }
      let gap = searches[index].current
      searches[index].add(
        distanceFromStart: source.distance(gap.start, middle), distanceToEnd: source.distance(middle, gap.end))
    }
    self.searches = searches
    let wanted = searches.compactMap(\.nextPosition)
    if exactProbes != nil { exactProbes?.request(wanted) } else { probes.request(wanted) }
    return !wanted.isEmpty
  }

  /// Gaps between the frames as they would be placed that would be seen as cuts.
  private var suspects: [JumpSearch] {
    probes.pace().gaps.filter { $0.distance > ChangeThresholds.oklab.cut }.map { JumpSearch($0) }
  }

  private var jumps: [MeasuredGap] {
    (searches ?? []).compactMap { if case .jump(let gap) = $0.outcome { gap } else { nil } }
  }

  /// Of the positions at which the last pass looked.
  private var currentEvenness: Double {
    let last = pass == 1 ? firstPositions : positions(count: probeCount, of: earlierPace)
    return Smoothness(neighbours: zip(last, last.dropFirst()).map { probes.distance($0, $1) }).evenness
  }
}
