import Media
import Walks

/// Which values a recipe accepts.
extension Recipe {
  /// The most frames and the largest sides of a picture that a recipe can ask for.
  public static let frameCounts = 1...100_000
  public static let sizes = 1...16_384
  public static let frameRates = 0.01...1000.0

  func validate() throws(RecipeError) {
    try require(!model.name.isEmpty, "model.name", "\"\"", "the model's name")
    for (field, file) in files {
      try require(!file.path.isEmpty, "\(field).path", "\"\"", "the path of a file")
    }
    for (index, lora) in model.loras.enumerated() {
      try require(
        lora.weight.isFinite, "model.loras[\(index)].weight", "\(lora.weight)", "a number such as 0.8")
    }
    try validateSettings()
    try validateWalk()
    try validateTiming()
    for (index, keyFrame) in walk.keyFrames.enumerated() {
      try validate(keyFrame, "walk.keyFrames[\(index)]")
    }
    try require(
      Self.frameRates.contains(playback.fps), "playback.fps", "\(playback.fps)",
      "0.01 to 1000 frames a second")
    if let columns = playback.sheetColumns {
      try require(1...1000 ~= columns, "playback.sheetColumns", "\(columns)", "1 to 1000 columns")
    }
  }

  private func validateSettings() throws(RecipeError) {
    for (field, size) in [("width", settings.width), ("height", settings.height)] {
      try require(Self.sizes.contains(size), "settings.\(field)", "\(size)", "1 to 16384 pixels")
    }
    try require(
      1...100 ~= settings.clipSkip, "settings.clipSkip", "\(settings.clipSkip)",
      "1 for the last layer, 2 for the one before it")
  }

  private func validate(_ keyFrame: KeyFrame, _ field: String) throws(RecipeError) {
    try require(
      (keyFrame.prompt == nil) != (keyFrame.embedding == nil), field,
      keyFrame.prompt == nil ? "without prompt and embedding" : "one with prompt and embedding",
      "one of the two")
    try require(
      keyFrame.guidance.isFinite, "\(field).guidance", "\(keyFrame.guidance)", "a number such as 7.5")
    let (sampling, seeds) = (keyFrame.sampling, settings.rng.seeds)
    try require(1...1000 ~= sampling.steps, "\(field).sampling.steps", "\(sampling.steps)", "1 to 1000")
    try require(
      sampling.sampler.schedules.contains(sampling.schedule), "\(field).sampling.schedule",
      sampling.schedule.rawValue,
      "\(sampling.sampler.schedules.map(\.rawValue).joined(separator: " or ")) for the sampler \(sampling.sampler.rawValue)"
    )
    let seedLimit = "a seed up to \(seeds.upperBound), as \(settings.rng.rawValue) takes them"
    try require(seeds.contains(keyFrame.seed), "\(field).seed", "\(keyFrame.seed)", seedLimit)
    var seen: Set<UInt64> = []
    for (index, term) in (keyFrame.seeds ?? []).enumerated() {
      try require(seeds.contains(term.seed), "\(field).seeds[\(index)].seed", "\(term.seed)", seedLimit)
      try require(
        1e-6...1e6 ~= abs(term.weight), "\(field).seeds[\(index)].weight", "\(term.weight)",
        "a number of 0.000001 to 1000000, or less than 0")
      // Noises are mixed as independent ones.
      try require(
        seen.insert(term.seed).inserted, "\(field).seeds[\(index)].seed", "\(term.seed) again",
        "each seed once")
    }
    try require(keyFrame.seeds?.isEmpty != true, "\(field).seeds", "empty", "one seed or several")
    try validatePictures(of: keyFrame, field)
  }

  private func validatePictures(of keyFrame: KeyFrame, _ field: String) throws(RecipeError) {
    if keyFrame.picture != nil {
      try require(
        keyFrame.sampling.sampler == .ddim, "\(field).sampling.sampler", keyFrame.sampling.sampler.rawValue,
        "ddim, the only sampler that can be inverted: the key frame is a picture")
    }
    guard let start = keyFrame.start else { return }
    try require(
      walk.kind == .image, "\(field).start", "a picture", "none: only an image begins with a picture")
    try require(0...1 ~= start.strength, "\(field).start.strength", "\(start.strength)", "0 to 1")
  }
}

func require(
  _ condition: Bool, _ field: String, _ found: String, _ accepted: String
) throws(RecipeError) {
  if !condition { throw .invalid(field: field, found: found, accepted: accepted) }
}

/// What can be wrong with a recipe.
public enum RecipeError: Error, Equatable, CustomStringConvertible {
  /// A field has a value that is not accepted.
  case invalid(field: String, found: String, accepted: String)
  case unreadable(reason: String)
  /// A file that is neither a picture, an animation nor a recipe.
  case notRecipe(path: String, reason: String)
  case otherVersion(tool: String, schema: Int)
  /// A picture or animation that carries no recipe.
  case noRecipe(path: String)

  public var description: String {
    switch self {
    case .invalid(let field, let found, let accepted):
      "The recipe's \(field) is \(found); choose \(accepted)."
    case .unreadable(let reason):
      "This is not a recipe of LatentWalk: \(reason)."
    case .notRecipe(let path, let reason):
      "\(path) is not a recipe of LatentWalk: \(reason). Give a PNG, GIF, APNG or JSON file that LatentWalk wrote."
    case .otherVersion("LatentWalk", 1):
      "The recipe is of schema 1, which does not name its files by their SHA-256; read its file with ResultFile, "
        + "which finds and checks them."
    case .otherVersion(let tool, let schema):
      "The recipe is from \(tool), schema \(schema), which this version does not read; render it with the program that wrote it."
    case .noRecipe(let path):
      "\(path) carries no recipe; LatentWalk writes one into each PNG and GIF that it makes, and reads those of "
        + "AUTOMATIC1111 and ComfyUI."
    }
  }
}
