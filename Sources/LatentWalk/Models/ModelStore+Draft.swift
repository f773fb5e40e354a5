import Sampling
import StableDiffusion
import Walks

/// From a draft to a recipe.
extension ModelStore {
  /// The complete recipe of a draft: the model is found and its files are hashed, the size is the model's where none
  /// was given, and a seed is drawn where none was given.
  /// - Throws: `RecipeError` if a value is not accepted, `RenderError` or `CheckpointError` if a model or file cannot
  ///   be used.
  public func recipe(for draft: RecipeDraft) throws -> Recipe {
    var generator = SystemRandomNumberGenerator()
    return try recipe(for: draft, drawingSeedFrom: &generator)
  }

  /// The same, with the generator that draws a missing seed.
  public func recipe(
    for draft: RecipeDraft, drawingSeedFrom generator: inout some RandomNumberGenerator
  ) throws -> Recipe {
    let (reference, folder) = try reference(for: draft)
    let description = try ModelDescription(folder)
    let seed = draft.seed ?? UInt64(UInt32.random(in: .min ... .max, using: &generator))
    let noise = try draft.noise.map { try self.reference(to: $0) }
    let start = try draft.picture.map {
      Recipe.Start(picture: try self.reference(to: $0), strength: draft.strength)
    }
    let keyFrames = try draft.keyFrames.map { wish in
      var keyFrame = try keyFrame(wish, of: draft, seed: seed)
      keyFrame.noise = keyFrame.noise ?? (wish.picture == nil && wish.seeds.isEmpty ? noise : nil)
      keyFrame.start = start
      return keyFrame
    }
    var playback = draft.playback
    playback.sound = try draft.paceBy.map { try self.reference(to: $0) }
    return try Recipe(
      model: reference, walk: try draft.walk(keyFrames, description),
      settings: draft.settings(defaultSize: description.defaultSize), playback: playback)
  }

  private func keyFrame(
    _ wish: RecipeDraft.KeyFrame, of draft: RecipeDraft, seed: UInt64
  ) throws -> Recipe.KeyFrame {
    let guidance = wish.guidance ?? (wish.picture == nil ? draft.guidance : RecipeDraft.pictureGuidance)
    var keyFrame = Recipe.KeyFrame(
      prompt: wish.prompt, embedding: try wish.embedding.map { try reference(to: $0) },
      negativePrompt: wish.negativePrompt ?? draft.negativePrompt, guidance: guidance,
      sampling: draft.sampling(wish), seed: wish.seeds.first?.seed ?? seed)
    keyFrame.seeds = wish.seeds.count > 1 ? wish.seeds : nil
    keyFrame.noise = try wish.noise.map { try reference(to: $0) }
    keyFrame.picture = try wish.picture.map { try reference(to: $0) }
    let interpolation = wish.interpolation ?? draft.interpolation
    keyFrame.interpolation = interpolation == .linear ? nil : interpolation
    return keyFrame
  }
}

extension RecipeDraft {
  /// The walk of resolved key frames.
  fileprivate func walk(_ keyFrames: [Recipe.KeyFrame], _ model: ModelDescription) throws -> Recipe.Walk {
    let timing = try SoundTiming(self)?.timing ?? TimeLine(self).timing
    var walk = Recipe.Walk(kind: kind, keyFrames: keyFrames, timing: timing)
    switch kind {
    case .interpolate:
      walk.isClosed = isLoop ? true : nil
      walk.between = smoothing.between
    case .walk: walk.stepSize = stepSize
    case .drift: walk.drift = drift(frames: timing.frameCount)
    case .loop: walk.loop = Recipe.Loop(radius: radius ?? Self.defaultRadius, harmonics: harmonics)
    case .grid:
      walk.grid = grid
      let cells = grid.columns.multipliedReportingOverflow(by: grid.rows)
      let frames = frames ?? (cells.overflow ? .max : cells.partialValue)
      if paceBy == nil { walk.timing = Timing(frameCount: frames) }
    case .denoise:
      let steps = try keyFrames.first.map { try model.schedule(of: $0.sampling).count } ?? 0
      // Into noise first, where a picture is given.
      walk.timing = Timing(frameCount: (keyFrames.first?.picture == nil ? 1 : 2) * steps + 1)
    case .image: walk.timing = Timing(frameCount: 1)
    case .circle: break
    }
    return walk
  }

  private func drift(frames: Int) -> Recipe.Drift {
    let (gaps, turn) = (min(max(frames, 2), Recipe.frameCounts.upperBound) - 1, max(1, drift.turn))
    let legs = 1 + (gaps - 1) / turn
    // The whole angle is shared by the legs, so that a frame is as far from the next on each of them.
    let angle = drift.angle * Double(gaps) / Double(legs)
    return Recipe.Drift(
      space: drift.space, legs: legs, angle: angle > .pi / 2 ? .pi / 2 : angle,
      spread: drift.space == .embedding ? drift.spread : 0)
  }
}

extension ModelDescription {
  /// The noise levels of a sampling.
  func schedule(of sampling: Recipe.Sampling) throws(ScheduleError) -> SamplingSchedule {
    try sampling.schedule.schedule(
      steps: sampling.steps, sampler: sampling.sampler, noise: noiseSchedule, stepsOffset: stepsOffset,
      finalAlphaBar: finalAlphaBar)
  }
}
