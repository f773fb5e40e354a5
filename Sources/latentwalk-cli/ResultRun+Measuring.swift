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
    let probes = files.frames + "/probes"
    if draft.findsRadius {
      let loop = try measure(
        LoopMeasurement(
          recipe, models: models, batch: batch, keptIn: probes, cancellation: Interruption.cancellation),
        "Looking for the loop's radius", files)
      recipe = loop.result().recipe
      if draft.measuredExtra == nil { try loop.handOver(to: FrameDirectory(path: files.frames, for: recipe)) }
    }
    guard let extra = draft.measuredExtra else { return recipe }
    let pace = try PaceMeasurement(
      recipe, extra: extra, models: models, batch: batch, keptIn: probes,
      cancellation: Interruption.cancellation)
    let measured = try measure(pace, "Rendering \(pace.frameCount) frames to choose from", files)
    recipe = measured.result().recipe
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
    reporter.endMeasuring(measurement.result().findings)
    return measurement
  }
}
