import ArgumentParser
import LatentWalk

/// The way of a walk from a draft to its results.
struct WalkRun {
  let results: ResultOptions
  let batch: Int?
  let options: RunOptions
  let models = ModelStore()
  let reporter: Reporter

  init(_ results: ResultOptions, batch: Int?, _ options: RunOptions) {
    (self.results, self.batch, self.options) = (results, batch, options)
    reporter = options.reporter()
  }

  /// Renders a draft, or does what the options ask for in place of it.
  /// - Parameter name: what results are called where no name is given: this and the seed; nil for the kind of the walk.
  func callAsFunction(_ draft: RecipeDraft, named name: String? = nil) throws {
    var draft = draft
    let keyFrame = draft.keyFrames.firstIndex { $0.seeds.isEmpty } ?? 0
    let (seed, resuming) = try results.seed(draft.seed, ofKeyFrame: keyFrame)
    draft.seed = seed
    let recipe = try models.recipe(for: draft)
    if let sound = try SoundTiming(draft) { reporter.report(sound) }
    if options.printRecipe {
      print(try draft.yaml, terminator: "")
    } else {
      try render(recipe, of: draft, named: name ?? recipe.walk.kind.rawValue, resuming: resuming)
    }
  }

  /// Renders a recipe.
  /// - Parameters:
  ///   - draft: what it was made of; nil for a recipe that is rendered as it is.
  ///   - resuming: what has to be added to the command to resume it.
  func render(_ recipe: Recipe, of draft: RecipeDraft?, named name: String, resuming: String = "") throws {
    let files = try results.files(of: recipe, named: "\(name)-\(recipe.walk.keyFrames[0].seed)")
    for file in files {
      try results.overwriting.requireWritable(file.path, "--output", recipe: file.recipe, of: draft)
    }
    let run = ResultRun(models, batch: batch, reporter)
    let walk = WalkFiles(
      outputs: files.map(\.path), frames: results.framesDirectory.directory(for: files[0].path),
      keepsFrames: results.framesDirectory.path != nil, resuming: resuming)
    if options.dryRun {
      try run.estimate(recipe, of: draft, in: walk)
    } else {
      try run.animation(recipe, of: draft, to: walk)
    }
  }
}

/// Where a walk is written, and how its rendering is resumed.
struct WalkFiles {
  let outputs: [String]
  /// The folder of the frames.
  let frames: String
  /// Whether the frames stay when the outputs are complete.
  let keepsFrames: Bool
  /// What has to be added to the command to resume it.
  var resuming = ""
}

/// The common way of the walks from their options to the results.
func renderWalk(
  _ draft: RecipeDraft, named name: String? = nil, _ generation: GenerationOptions,
  _ animation: AnimationOptions, _ options: RunOptions
) throws {
  var draft = draft
  (draft.fps, draft.pingPong) = (animation.fps, animation.order.rubberBand)
  try generation.model.applyThreads()
  try WalkRun(animation.results, batch: generation.batching.batch, options)(draft, named: name)
}
