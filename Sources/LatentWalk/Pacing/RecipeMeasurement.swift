import Foundation
import Walks

/// What is measured of a walk before its frames are rendered, an event at a time. What it finds becomes part of the
/// recipe, so that rendering depends on the recipe alone.
public protocol RecipeMeasurement {
  /// The next event of a picture that is made for measuring; nil when all is measured.
  /// - Throws: as `Rendering.next()`.
  mutating func next() throws -> RenderingEvent?

  /// UNet evaluations that measuring takes, as far as it is known before it begins.
  var evaluations: Int { get }

  /// What was found; valid after the last event.
  func result() -> MeasuredRecipe

  /// Gives the frames that were rendered to the folder of the measured recipe, under their numbers.
  /// - Throws: `MediaError` or `RenderError` if a frame cannot be written.
  func handOver(to directory: FrameDirectory) throws
}

/// A recipe with what was measured.
public struct MeasuredRecipe: Sendable {
  public let recipe: Recipe
  /// UNet evaluations that the measuring took.
  public let evaluations: Int
  /// Places where the model jumps.
  public let jumps: [Jump]
  /// A sentence for each thing that a person should know.
  public let findings: [String]

  public struct Jump: Sendable, Hashable {
    /// The frame before it.
    public let frame: Int
    /// In the distance of `OklabPyramid`; from 0.06 it is seen as a cut.
    public let size: Double
    public internal(set) var isBridged: Bool

    var sentence: String {
      let place = String(format: "between frames %d and %d (%.3f)", frame, frame + 1, size)
      return isBridged
        ? "The model jumps \(place); the jump is bridged."
        : "The model jumps \(place). Bridge it, try another seed, or put a key frame there."
    }
  }
}

extension MeasuredRecipe {
  /// The same with bridges that were looked at.
  func with(_ bridges: [Recipe.Bridge], evaluations more: Int) throws(RecipeError) -> MeasuredRecipe {
    var walk = recipe.walk
    let before = walk.between?.bridges ?? []
    walk.between?.bridges = bridges
    let faded = zip(before, bridges).filter { $0.method != $1.method }.count
    let sentence =
      "\(faded == 1 ? "A bridge still jumps with interpolated attention; it is a cross-fade" : "\(faded) bridges still jump with interpolated attention; they are cross-fades")."
    return MeasuredRecipe(
      recipe: try recipe.with(walk), evaluations: evaluations + more, jumps: jumps,
      findings: findings + (faded > 0 ? [sentence] : []))
  }
}

extension Recipe {
  /// The same with another walk.
  func with(_ walk: Walk) throws(RecipeError) -> Recipe {
    try Recipe(model: model, walk: walk, settings: settings, playback: playback)
  }

  /// The recipe without what is measured.
  package var unmeasured: Recipe {
    get throws {
      var walk = walk
      walk.timing.measured = nil
      walk.between?.bridges = nil
      return try with(walk)
    }
  }

  /// Whether this recipe is what measuring makes of another one, so that it need not be measured again: frames of an
  /// interrupted run are continued.
  /// - Parameters:
  ///   - extra: for an even pace, the share of frames that is rendered beyond those of the walk; nil for none.
  ///   - findsRadius: whether the radius of a loop is found by measuring.
  public func isMeasured(from other: Recipe, extra: Double?, findsRadius: Bool) -> Bool {
    guard walk.timing.measured?.extra == extra, var plain = try? unmeasured else { return false }
    if findsRadius, let first = other.walk.loop?.radius, let found = walk.loop?.radius, found > 0 {
      let halvings = first / found
      guard [1, 2, 4, 8, 16, 32].contains(halvings) else { return false }
      var walk = plain.walk
      walk.loop?.radius = first
      guard let wide = try? plain.with(walk) else { return false }
      plain = wide
    }
    return plain.hasSameFrames(as: other)
  }
}
