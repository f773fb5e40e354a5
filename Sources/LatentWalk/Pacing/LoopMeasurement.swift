import Foundation
import StableDiffusion
import Walks

/// Finds a radius at which a loop stays on one plateau of the model: while a step of it is seen as a cut, the radius is
/// halved.
///
///     let models = ModelStore()
///     let recipe = try models.recipe(for: RecipeDraft(.loop, prompts: ["Skyline of New York City"]))
///     var measurement = try LoopMeasurement(recipe, models: models)
///     while try measurement.next() != nil {}
///     let smooth = measurement.result().recipe
///
/// Source: walks-measured.md, section 6: 24 frames around the loop, a step above 0.06 is a cut.
public struct LoopMeasurement: RecipeMeasurement {
  private static let probeCount = 24
  /// Of a frame's steps.
  private static let stepShare = 0.3
  /// A loop of a thirtieth of the first radius stands still.
  private static let mostHalvings = 5

  private let models: ModelStore
  private let batch: Int?
  private let cancellation: Cancellation
  private var recipe: Recipe
  private var probes: Probes
  /// The radii that were tried, and the largest step of 24 around each loop; from 0.06 it is seen as a cut.
  public private(set) var tried: [(radius: Double, largest: Double)] = []
  private var evaluated = 0

  /// - Parameter recipe: of a loop.
  /// - Throws: as `ModelStore.renderer(for:)`.
  public init(
    _ recipe: Recipe, models: ModelStore, batch: Int? = nil, cancellation: Cancellation = Cancellation()
  ) throws {
    precondition(recipe.walk.kind == .loop, "Only a loop has a radius.")
    (self.models, self.batch, self.cancellation) = (models, batch, cancellation)
    self.recipe = recipe
    probes = try Self.probes(recipe, models, batch, cancellation)
  }

  /// Of the first radius.
  public var evaluations: Int { Self.probeCount * probes.evaluationsOfFrame }

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
    let places = (0...Self.probeCount).map { Double($0) / Double(Self.probeCount) }
    let largest = zip(places, places.dropFirst()).map { probes.distance($0, $1) }.max() ?? 0
    let radius = recipe.walk.loop?.radius ?? 0
    tried.append((radius, largest))
    evaluated += probes.evaluations
    guard largest > ChangeThresholds.oklab.cut, tried.count <= Self.mostHalvings else { return }
    var walk = recipe.walk
    walk.loop?.radius = radius / 2
    recipe = try recipe.with(walk)
    probes = try Self.probes(recipe, models, batch, cancellation)
  }

  private static func probes(
    _ recipe: Recipe, _ models: ModelStore, _ batch: Int?, _ cancellation: Cancellation
  ) throws -> Probes {
    let quick = try models.renderer(
      for: Probes.recipe(recipe, share: stepShare), batch: batch)
    var probes = Probes(quick, cancellation)
    probes.request((0..<probeCount).map { Double($0) / Double(probeCount) })
    return probes
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
}
