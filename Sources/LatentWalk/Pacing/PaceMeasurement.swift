import Foundation
import StableDiffusion
import Walks

/// Looks at a walk before its frames have their places, and places them so that it changes evenly.
///
///     let models = ModelStore()
///     let recipe = try models.recipe(for: RecipeDraft(.interpolate, prompts: ["a dog", "a cat"]))
///     var measurement = try PaceMeasurement(recipe, extra: 0.3, models: models)
///     while try measurement.next() != nil {}
///     let even = measurement.result().recipe
///
/// A third of the frames are rendered evenly spaced, then always in the middle of the largest change, until there are
/// some more than the walk needs; of these the frames are chosen (`FrameSelection`). What was rendered is kept, so that
/// only what is not chosen costs more than a walk without measuring. Changes that would still be seen as cuts are
/// searched for jumps: where halving the gap does not halve the change, the model itself jumps. A jump gets one gap
/// between two frames, and is bridged if the recipe asks for it.
///
/// Source: walks-measured.md, sections 1 and 3; its two passes place frames by the inverse of the cumulated change.
public struct PaceMeasurement: RecipeMeasurement {
  private enum Stage {
    case refining([Section])
    case searching([Section], [JumpSearch])
    /// Of the bridges of what was measured.
    case checking(MeasuredRecipe, BridgeCheck)
    case done(MeasuredRecipe)
  }

  /// How much larger than the mean a change stands out.
  private static let outstanding = 1.5
  /// 1 - Gini from which a pace needs no measuring.
  private static let even = 0.9

  private let recipe: Recipe
  private let models: ModelStore
  private let cancellation: Cancellation
  private let route: Route
  private let extra: Double
  private let batch: Int
  private let folder: ProbeFolder?
  private var probes: Probes
  private var stage: Stage
  /// Whether the frames stay where they stand without measuring.
  private var isEven = false

  /// - Parameters:
  ///   - extra: how many more frames than the walk has are rendered, as a share of them. The search for jumps may take
  ///     as many again, and more where bridges are wanted.
  ///   - models: where the recipe's model is, or will be, loaded.
  ///   - directory: where frames are kept until they have their numbers; nil if they are not.
  /// - Throws: as `ModelStore.renderer(for:)`.
  public init(
    _ recipe: Recipe, extra: Double, models: ModelStore, batch: Int? = nil, keptIn directory: String? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    precondition(extra > 0, "Without extra frames there is no choice.")
    (self.recipe, self.extra) = (try recipe.unmeasured, extra)
    (self.models, self.cancellation) = (models, cancellation)
    route = Route(self.recipe.walk)
    let renderer = try models.renderer(for: self.recipe, batch: batch)
    self.batch = renderer.batch
    folder = try directory.map { [recipe = self.recipe] in try ProbeFolder(path: $0, for: recipe) }
    probes = Probes(renderer, keptIn: folder, cancellation)
    let sections = Section.sections(of: route, extra: extra)
    stage = .refining(sections)
    probes.request(sections.flatMap(\.sampling.positions))
  }

  /// How many frames are looked at; the search for jumps is not counted.
  public var frameCount: Int { Section.sections(of: route, extra: extra).reduce(1) { $0 + $1.budget - 1 } }

  /// Without the search for jumps.
  public var evaluations: Int { frameCount * probes.evaluationsOfFrame }

  /// The next event of a frame; nil when all is measured.
  /// - Throws: as `Rendering.next()`, and `MediaError` if a frame cannot be kept.
  public mutating func next() throws -> RenderingEvent? {
    while true {
      if let event = try probes.next() { return event }
      switch stage {
      case .refining(let sections): refine(sections)
      case .searching(let sections, let searches): try search(sections, searches)
      case .checking(let measured, var check):
        if let event = try check.next() {
          stage = .checking(measured, check)
          return event
        }
        stage = .done(try measured.with(check.result, evaluations: check.evaluations))
      case .done: return nil
      }
    }
  }

  private mutating func refine(_ sections: [Section]) {
    var (sections, wanted) = (sections, [Double]())
    let changes = sections.flatMap { $0.firstChanges { probes.distance($0, $1) } }
    if sections.allSatisfy(\.isUnrefined), 1 - gini(changes) > Self.even {
      isEven = true
      stage = .searching(sections, [])
      return
    }
    for index in sections.indices {
      let new = sections[index].next(batch) { probes.distance($0, $1) }
      sections[index].add(new)
      wanted += new
    }
    stage = wanted.isEmpty ? .searching(sections, searches(in: sections)) : .refining(sections)
    probes.request(wanted)
  }

  /// For the gaps between chosen frames that would be seen as cuts, and stand out where all are large: the largest first.
  private func searches(in sections: [Section]) -> [JumpSearch] {
    let positions = placed(sections)
    let gaps = zip(positions, positions.dropFirst()).filter { $0 < $1 }
      .map { MeasuredGap(start: $0, end: $1, distance: probes.distance($0, $1)) }
    let mean = gaps.reduce(0) { $0 + $1.distance } / Double(max(1, gaps.count))
    let suspects = gaps.filter { $0.distance > max(ChangeThresholds.oklab.cut, Self.outstanding * mean) }
    return suspects.sorted { $0.distance > $1.distance }.compactMap { gap in
      sections.lazy.compactMap { $0.search(in: gap) { probes.distance($0, $1) } }.first
    }
  }

  /// The most frames that are rendered, with those of the search, unless bridges are wanted.
  private var searchBudget: Int { frameCount + Int(Double(route.timing.frameCount) * extra) }

  /// Gives the searches what was rendered for them, and asks for what they need next.
  private mutating func search(_ sections: [Section], _ searches: [JumpSearch]) throws {
    var (sections, searches) = (sections, searches)
    for index in searches.indices {
      guard let middle = searches[index].nextPosition, probes.has(middle) else { continue }
      let gap = searches[index].current
      searches[index].add(
        distanceFromStart: probes.distance(gap.start, middle), distanceToEnd: probes.distance(middle, gap.end)
      )
      for section in sections.indices { sections[section].add([middle]) }
    }
    let left = recipe.walk.between?.bridging == nil ? searchBudget - probes.pyramids.count : .max
    let wanted = Array(searches.compactMap(\.nextPosition).prefix(max(0, left)))
    stage = wanted.isEmpty ? try measured(sections, searches) : .searching(sections, searches)
    probes.request(wanted)
  }

  /// The positions of the frames; of a closed walk also the end, which is the beginning.
  private func placed(_ sections: [Section]) -> [Double] {
    if isEven { return [sections[0].from] + sections.flatMap(\.evenPositions) }
    return sections.reduce(into: [sections[0].from]) { $0 += $1.placed { probes.distance($0, $1) } }
  }

  /// Places the frames; bridges of attention are looked at.
  private mutating func measured(_ sections: [Section], _ searches: [JumpSearch]) throws -> Stage {
    let before = plainEvenness(sections)
    var all = placed(sections)
    let after = isEven ? before : 1 - gini(zip(all, all.dropFirst()).map { probes.distance($0, $1) })
    if after <= before {
      isEven = true
      all = placed(sections)
    }
    let found = searches.compactMap { if case .jump(let gap) = $0.outcome { gap } else { nil } }
    var placement = Placement(all, jumps: found, frameCount: route.timing.frameCount)
    if let method = recipe.walk.between?.bridging { placement.bridge(with: method) }
    var walk = recipe.walk
    walk.timing.measured = Timing.Measured(extra: extra, positions: placement.positions)
    if !placement.bridges.isEmpty { walk.between?.bridges = placement.bridges }
    let measured = MeasuredRecipe(
      recipe: try recipe.with(walk), evaluations: probes.evaluations, jumps: placement.jumps,
      findings: [sentence(before, after)] + placement.jumps.map(\.sentence))
    guard recipe.walk.between?.bridging == .attention, !placement.bridges.isEmpty else {
      return .done(measured)
    }
    let renderer = try models.renderer(for: measured.recipe, batch: batch)
    return .checking(measured, BridgeCheck(renderer, cancellation))
  }

  public func result() -> MeasuredRecipe {
    guard case .done(let measured) = stage else {
      preconditionFailure("The pace is measured when there is no further event.")
    }
    return measured
  }

  private func sentence(_ before: Double, _ after: Double) -> String {
    let frames = "\(probes.pyramids.count) frames rendered for \(route.timing.frameCount)"
    return isEven
      ? String(format: "The pace is even as it is: evenness about %.2f (1 is even); %@.", before, frames)
      : String(
        format: "The pace: evenness %.2f, about %.2f without measuring (1 is even); %@.", after, before,
        frames)
  }

  /// 1 - Gini of the changes without measuring, as far as the way is known.
  private func plainEvenness(_ sections: [Section]) -> Double {
    let known = Set(sections.flatMap(\.sampling.positions)).sorted()
    let way = zip(known, known.dropFirst()).reduce(into: [0.0]) {
      $0.append($0[$0.count - 1] + probes.distance($1.0, $1.1))
    }
    return 1 - gini(changes(at: [sections[0].from] + sections.flatMap(\.evenPositions), along: known, way))
  }

  /// The changes between some positions, along the way that was measured.
  private func changes(at positions: [Double], along known: [Double], _ way: [Double]) -> [Double] {
    let places = positions.map { position in
      let next = known.firstIndex { $0 >= position } ?? known.count - 1
      guard next > 0, known[next] > position else { return way[next] }
      let part = (position - known[next - 1]) / (known[next] - known[next - 1])
      return way[next - 1] + part * (way[next] - way[next - 1])
    }
    return zip(places, places.dropFirst()).map { $1 - $0 }
  }

  public func handOver(to directory: FrameDirectory) throws { try folder?.handOver(to: directory) }
}
