import ArgumentParser
import LatentWalk

/// What is measured before the frames are rendered.
extension ResultRun {
  /// The recipe with what the draft wants to be measured. Frames that were rendered for it lie in the walk's folder
  /// afterwards, under their numbers; an interrupted run is continued.
  func measured(_ recipe: Recipe, of draft: RecipeDraft?, in files: WalkFiles) throws -> Recipe {
    guard let draft, draft.measuredExtra != nil || draft.findsRadius else { return recipe }
    if let known = try FrameDirectory.recipe(in: files.frames) {
      guard known.isMeasured(from: recipe, extra: draft.measuredExtra, findsRadius: draft.findsRadius) else {
        throw RenderError.otherRecipe(directory: files.frames)
      }
      return try known.playing(recipe.playback)
    }
    var recipe = recipe
    if draft.findsRadius {
      let loop = try LoopMeasurement(
        recipe, models: models, batch: batch, cancellation: Interruption.cancellation)
      recipe = try measure(loop, "Measuring the loop", files).result().recipe
    }
    guard let extra = draft.measuredExtra else { return recipe }
    let pace = try PaceMeasurement(
      recipe, extra: extra, models: models, batch: batch, keptIn: files.frames + "/probes",
      cancellation: Interruption.cancellation)
    let measured = try measure(pace, "Rendering \(pace.frameCount) frames to choose from", files)
    recipe = try measured.result().recipe
    try measured.handOver(to: FrameDirectory(path: files.frames, for: recipe))
    return recipe
  }

  private func measure<Measurement: RecipeMeasurement>(
    _ measurement: Measurement, _ title: String, _ files: WalkFiles
  ) throws -> Measurement {
    let howToResume = "What was measured is kept. To resume, run the same command again\(files.resuming)."
    var measurement = measurement
    reporter.startMeasuring(title, evaluations: measurement.evaluations)
    do {
      while let event = try measurement.next() {
        try interruption.check(howToResume)
        reporter.measured(event)
      }
    } catch let error as CancellationError {
      try interruption.check(howToResume)
      throw error
    }
    reporter.endMeasuring(try measurement.result().findings)
    return measurement
  }
}
