import Foundation
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
/// jumps. A jump gets one gap between two frames, and is bridged if the recipe asks for it. Probes have a third of the
/// steps; the search has all of them where a bridge is wanted, which has to be at the right place.
///
/// Source: walks-measured.md, sections 1 and 3.
public struct PaceMeasurement: RecipeMeasurement {
  private enum Stage {
    /// The first or second pass, looking at these positions.
    case pass(Int, looked: [Double])
    /// In gaps of a pace that is known otherwise.
    case search([JumpSearch], in: Pace)
    case done([JumpSearch], in: Pace)
  }

  /// Of the steps of a frame.
  static let stepShare = 0.3
  /// The most positions of a pass: more hardly change where the frames go.
  private static let mostProbes = 49

  private let recipe: Recipe
  private let passes: Int
  private let route: Route
  private var probes: Probes
  /// With all steps, for the search, where a bridge is wanted.
  private var exactProbes: Probes?
  private var stage: Stage
  /// 1 - Gini of the changes between the probes, of each pass; 1 is even.
  public private(set) var evenness: [Double] = []

  /// - Parameters:
  ///   - passes: 1 or 2.
  ///   - models: where the recipe's model is, or will be, loaded.
  /// - Throws: as `ModelStore.renderer(for:)`.
  public init(
    _ recipe: Recipe, passes: Int, models: ModelStore, batch: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    precondition(1...2 ~= passes, "A pace is measured in one pass or two.")
    (self.recipe, self.passes) = (try recipe.unmeasured, passes)
    route = Route(self.recipe.walk)
    let quick = try Probes.recipe(self.recipe, share: Self.stepShare)
    probes = Probes(try models.renderer(for: quick, batch: batch), cancellation)
    if self.recipe.walk.between?.bridging != nil {
      exactProbes = Probes(try models.renderer(for: self.recipe, batch: batch), cancellation)
    }
    let first = Self.firstPositions(route)
    stage = .pass(1, looked: first)
    probes.request(first)
  }

  private static func probeCount(_ route: Route) -> Int { min(route.timing.frameCount, mostProbes) }

  /// Evenly spaced, with the key frames.
  private static func firstPositions(_ route: Route) -> [Double] {
    let gaps = max(2, route.isClosed ? probeCount(route) : probeCount(route) - 1)
    let even = (0...gaps).map { Double($0 * route.legCount) / Double(gaps) }
    let keyFrames = route.walk.kind == .interpolate ? (0...route.legCount).map(Double.init) : []
    return Set(even + keyFrames).sorted()
  }

  /// The next event of a probe; nil when all is measured.
  /// - Throws: as `Rendering.next()`.
  public mutating func next() throws -> RenderingEvent? {
    while true {
      if let event = try exactProbes?.next() { return event }
      if let event = try probes.next() { return event }
      switch stage {
      case .pass(let number, let looked): finishPass(number, looked)
      case .search(let searches, let pace): goOn(searches, in: pace)
      case .done: return nil
      }
    }
  }

  private mutating func finishPass(_ number: Int, _ looked: [Double]) {
    let distances = zip(looked, looked.dropFirst()).map { probes.distance($0, $1) }
    evenness.append(Smoothness(neighbours: distances, secondNeighbours: distances.dropLast()).evenness)
    let pace = probes.pace()
    if number < passes {
      var next = pace.placed(route, count: Self.probeCount(route))
      if route.isClosed { next.append(Double(route.legCount)) }
      stage = .pass(number + 1, looked: next)
      probes.request(next)
      return
    }
    let suspects = pace.gaps.filter { $0.distance > ChangeThresholds.oklab.cut }
    stage = .search(suspects.map { JumpSearch($0) }, in: pace)
    exactProbes?.request(suspects.flatMap { [$0.start, $0.end] })
  }

  /// Gives the searches what was rendered for them, and asks for what they need next.
  private mutating func goOn(_ searches: [JumpSearch], in pace: Pace) {
    let source = exactProbes ?? probes
    let advanced = searches.map { search in
      var search = search
      if let middle = search.nextPosition, source.positions.contains(middle) {
        let gap = search.current
        search.add(
          distanceFromStart: source.distance(gap.start, middle),
          distanceToEnd: source.distance(middle, gap.end))
      }
      return search
    }
    let wanted = advanced.compactMap(\.nextPosition)
    stage = wanted.isEmpty ? .done(advanced, in: pace) : .search(advanced, in: pace)
    if exactProbes != nil { exactProbes?.request(wanted) } else { probes.request(wanted) }
  }

  public func result() throws -> MeasuredRecipe {
    guard case .done(let searches, let pace) = stage else {
      preconditionFailure("The pace is measured when there is no further event.")
    }
    let refined = searches.reduce(pace) { $0.refined(by: $1) }
    var placement = Placement(refined, route)
    if let method = recipe.walk.between?.bridging { placement.bridge(with: method) }
    var walk = recipe.walk
    walk.timing.measured = Timing.Measured(passes: passes, positions: placement.positions)
    if !placement.bridges.isEmpty { walk.between?.bridges = placement.bridges }
    return MeasuredRecipe(
      recipe: try recipe.with(walk), evaluations: probes.evaluations + (exactProbes?.evaluations ?? 0),
      jumps: placement.jumps, findings: findings(placement))
  }

  private func findings(_ placement: Placement) -> [String] {
    let before = evenness.first.map { String(format: "%.2f", $0) } ?? ""
    let after =
      evenness.count > 1 ? evenness.last.map { String(format: " before and %.2f after", $0) } ?? "" : ""
    return ["The pace is measured: evenness \(before)\(after) (1 is even)."]
      + placement.jumps.map { jump in
        let place = String(format: "between frames %d and %d (%.3f)", jump.frame, jump.frame + 1, jump.size)
        return jump.isBridged
          ? "The model jumps \(place); the jump is bridged."
          : "The model jumps \(place). Bridge it, try another seed, or put a key frame there."
      }
  }
}
