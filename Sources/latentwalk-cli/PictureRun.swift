import LatentWalk

/// The way of a single picture from a draft to its file.
struct PictureRun {
  let batch: Int?
  let options: RunOptions
  let models = ModelStore()
  let reporter: Reporter

  init(batch: Int?, _ options: RunOptions) {
    (self.batch, self.options) = (batch, options)
    reporter = options.reporter()
  }

  /// Renders a draft that has a seed, or does what the options ask for in place of it.
  func callAsFunction(
    _ draft: RecipeDraft, to output: String?, latents: String? = nil, _ overwriting: OutputOptions
  ) throws {
    let recipe = try models.recipe(for: draft)
    if options.printRecipe {
      print(try draft.yaml, terminator: "")
      return
    }
    if let latents { try overwriting.requireWritable(latents, "--latents-output") }
    try render(recipe, to: output, latents: latents, overwriting)
  }

  /// Renders a recipe.
  /// - Parameter frame: the number of a walk's frame; nil for an image.
  func render(
    _ recipe: Recipe, frame: Int? = nil, to output: String?, latents: String? = nil,
    _ overwriting: OutputOptions
  ) throws {
    let name = "\(recipe.walk.kind.rawValue)-\(recipe.walk.keyFrames[0].seed)"
    let output = output ?? "\(name)\(frame.map { "-frame-\($0)" } ?? "").png"
    try requireExtension(".png", output, "--output")
    try overwriting.requireWritable(output, "--output", recipe: recipe, frame: frame)
    let run = ResultRun(models, batch: batch, reporter)
    if options.dryRun {
      try run.pictureEstimate(recipe, frame: frame)
    } else {
      try run.picture(recipe, frame: frame, to: output, latents: latents)
    }
  }
}
