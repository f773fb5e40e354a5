import Foundation
import StableDiffusion
import Walks

/// Finds a radius at which a loop stays on one plateau of the model: up to 24 of its frames are rendered, and while a step
/// between them is seen as a cut, the radius is halved. What was rendered last is kept.
///
///     let models = ModelStore()
///     let recipe = try models.recipe(for: RecipeDraft(.loop, prompts: ["Skyline of New York City"]))
///     var measurement = try LoopMeasurement(recipe, models: models)
///     while try measurement.next() != nil {}
///     let smooth = measurement.result().recipe
///
/// Source: walks-measured.md, section 6: 24 frames around the loop, a step above 0.06 is a cut.
public struct LoopMeasurement: RecipeMeasurement {
  private static let mostProbes = 24
  /// A loop of a thirtieth of the first radius stands still.
  private static let mostHalvings = 5

  private let models: ModelStore
  private let batch: Int?
  private let cancellation: Cancellation
  private var recipe: Recipe
  private let directory: String?
  /// Of the frames that are looked at, in legs, and the end.
  private let positions: [Double]
  private var folder: ProbeFolder?
  private var probes: Probes
  /// The radii that were tried, and the largest step between the frames that were looked at; from 0.06 it is seen as a cut.
  public private(set) var tried: [(radius: Double, largest: Double)] = []
  private var evaluated = 0

  /// - Parameters:
  ///   - recipe: of a loop.
  ///   - directory: where frames are kept until the radius is found; nil if they are not.
  /// - Throws: as `ModelStore.renderer(for:)`.
  public init(
    _ recipe: Recipe, models: ModelStore, batch: Int? = nil, keptIn directory: String? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    precondition(recipe.walk.kind == .loop, "Only a loop has a radius.")
    (self.models, self.batch, self.cancellation) = (models, batch, cancellation)
    (self.recipe, self.directory) = (recipe, directory)
    positions = Self.positions(Route(recipe.walk))
    folder = try directory.map { try ProbeFolder(path: $0, for: recipe) }
    probes = Probes(try models.renderer(for: recipe, batch: batch), keptIn: folder, cancellation)
    probes.request(positions)
  }

  /// Of the first radius.
  public var evaluations: Int { (positions.count - 1) * probes.evaluationsOfFrame }

  /// The next event of a probe; nil when the radius is found.
  /// - Throws: as `Rendering.next()`.
  public mutating func next() throws -> RenderingEvent? {
    while true {
      if let event = try probes.next() { return event }
      guard tried.last?.radius != recipe.walk.loop?.radius else { return nil }
      try judge()
    }
  }

  private mutating func judge() throws {
    let largest = zip(positions, positions.dropFirst()).map { probes.distance($0, $1) }.max() ?? 0
    let radius = recipe.walk.loop?.radius ?? 0
    tried.append((radius, largest))
    evaluated += probes.evaluations
    guard largest > ChangeThresholds.oklab.cut, tried.count <= Self.mostHalvings else { return }
    var walk = recipe.walk
    walk.loop?.radius = radius / 2
    recipe = try recipe.with(walk)
    folder = try directory.map { try ProbeFolder(path: $0, for: recipe) }
    probes = Probes(try models.renderer(for: recipe, batch: batch), keptIn: folder, cancellation)
    probes.request(positions)
  }

  /// Evenly chosen of all frames.
  private static func positions(_ route: Route) -> [Double] {
    let (frames, count) = (route.timing.frameCount, min(route.timing.frameCount, mostProbes))
    return (0..<count).map { route.position(of: $0 * frames / count).legs } + [Double(route.legCount)]
  }

  public func result() -> MeasuredRecipe {
    var findings: [String] = []
    if let first = tried.first, let last = tried.last, tried.count > 1 {
      findings.append(
        String(
          format: "With a radius of %g the loop jumps (%.3f); its radius is now %g (%.3f).", first.radius,
          first.largest, last.radius, last.largest))
    }
    if let last = tried.last, last.largest > ChangeThresholds.oklab.cut {
      findings.append("The loop still jumps; try another seed.")
    }
    return MeasuredRecipe(recipe: recipe, evaluations: evaluated, jumps: [], findings: findings)
  }

  public func handOver(to directory: FrameDirectory) throws { try folder?.handOver(to: directory) }
}
