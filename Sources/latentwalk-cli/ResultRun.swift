import ArgumentParser
import Checkpoints
import Foundation
import LatentWalk
import Media
import StableDiffusion
import Tensors

/// How results are made: the model is loaded, what is missing is rendered and written, and Ctrl-C keeps what is
/// finished.
struct ResultRun {
  let models: ModelStore
  let batch: Int?
  let reporter: Reporter
  let interruption = Interruption()

  init(_ models: ModelStore, batch: Int?, _ reporter: Reporter) {
    (self.models, self.batch, self.reporter) = (models, batch, reporter)
  }

  /// Renders what is missing of a walk and writes its files.
  /// - Parameter draft: what the recipe was made of; nil for a recipe that is rendered as it is.
  func animation(_ recipe: Recipe, of draft: RecipeDraft?, to files: WalkFiles) throws {
    let sound = try models.sound(of: recipe)
    let recipe = try measured(recipe, of: draft, in: files)
    let renderer = try renderer(recipe)
    let directory = try FrameDirectory(path: files.frames, for: recipe)
    let howToResume = {
      "\(directory.finishedSentence) To resume, run the same command again\(files.resuming)."
    }
    try reporter.start(
      renderer, frames: directory.missing(), kept: recipe.walk.timing.frameCount - directory.missing().count)
    do {
      var rendering = renderer.animationRendering(
        to: files.outputs, framesIn: directory, sound: sound, cancellation: Interruption.cancellation)
      while let event = try rendering.next() {
        try interruption.check(howToResume())
        reporter.report(event)
      }
    } catch let error as CancellationError {
      try interruption.check(howToResume())
      throw error
    } catch let error where !(error is ExitCode) {
      reporter.note(howToResume())
      throw error
    }
    for (keyFrame, frame) in renderer.pictureFrames {
      let shown = try directory.read(frame)
      try renderer.fidelity(of: shown, toKeyFrame: keyFrame, in: models).map(reporter.report)
    }
    if !files.keepsFrames { try directory.remove() }
    reporter.done(files.outputs, recipe)
  }

  /// Says what rendering a walk would cost.
  func estimate(_ recipe: Recipe, of draft: RecipeDraft?, in files: WalkFiles) throws {
    if let extra = draft?.measuredExtra {
      let more = counted(Int((Double(recipe.walk.timing.frameCount) * extra).rounded(.up)), "frame")
      reporter.say("For an even pace up to \(more) more are rendered; they are not in these figures.")
    }
    try estimate(
      renderer(recipe), frames: FrameDirectory.missing(in: files.frames, of: recipe), isWalk: true)
  }

  /// Says what rendering one frame as a picture would cost.
  func pictureEstimate(_ recipe: Recipe, frame: Int? = nil) throws {
    try estimate(renderer(recipe), frames: [frame ?? 0], isWalk: false)
  }

  private func estimate(_ renderer: Renderer, frames: [Int], isWalk: Bool) throws {
    let nothing = "Nothing was rendered."
    do {
      let cost = try renderer.cost(of: frames, cancellation: Interruption.cancellation)
      let all = isWalk ? renderer.recipe.walk.timing.frameCount : 1
      reporter.report(cost, kept: all - frames.count, writesFrames: isWalk)
    } catch let error as CancellationError {
      try interruption.check(nothing)
      throw error
    }
  }

  /// Renders one frame and writes it as a picture.
  /// - Parameter frame: the number of a walk's frame, which stands in the file; nil for an image.
  func picture(_ recipe: Recipe, frame: Int? = nil, to output: String, latents: String? = nil) throws {
    let renderer = try renderer(recipe)
    let howToGoOn =
      "Nothing was written. To make the same picture, run the command again with --seed \(recipe.walk.keyFrames[0].seed)."
    try reporter.start(renderer, frames: [frame ?? 0], kept: 0)
    var rendering = renderer.rendering([frame ?? 0], cancellation: Interruption.cancellation)
    do {
      while let event = try rendering.next() {
        try interruption.check(howToGoOn)
        reporter.report(event)
        guard case .frame(_, let picture, let result) = event else { continue }
        try picture.writePNG(to: output, recipe: frame.map(recipe.json(ofFrame:)) ?? recipe.json)
        if let latents { try NumpyArray(latents: result).write(to: latents) }
      }
    } catch let error as CancellationError {
      try interruption.check(howToGoOn)
      throw error
    }
    reporter.done([output], recipe)
  }

  private func renderer(_ recipe: Recipe) throws -> Renderer {
    let renderer = try models.renderer(for: recipe, batch: batch, lowMemory: true)
    try interruption.check("Nothing was rendered. To start again, run the same command.")
    for warning in renderer.warnings { reporter.warn(warning) }
    for text in renderer.droppedTexts { reporter.warn(dropped: text) }
    return renderer
  }
}

extension FrameDirectory {
  fileprivate var finishedSentence: String {
    let finished = frameCount - missing().count
    return switch finished {
    case 0: "No frame is finished yet."
    case 1: "1 of \(frameCount) frames is finished and stays in \(path)."
    default: "\(finished) of \(frameCount) frames are finished and stay in \(path)."
    }
  }
}

extension NumpyArray {
  /// Latents [1, h, w, c] as PyTorch lays them out, [c, h, w].
  init(latents: Tensor) {
    let latents = latents.channelsFirst()
    self.init(shape: Array(latents.shape.dropFirst()), values: latents.values)
  }
}
