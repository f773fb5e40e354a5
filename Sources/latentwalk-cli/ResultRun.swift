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

  /// Renders what is missing of a walk and writes the animation. The frames are kept if their folder was given.
  /// - Parameter resuming: what has to be added to the command to resume it.
  func animation(
    _ recipe: Recipe, to output: String, frames: FramesDirectoryOptions, resuming addition: String = ""
  ) throws {
    let renderer = try renderer(recipe)
    let name = URL(fileURLWithPath: output).lastPathComponent
    let directory = try FrameDirectory(path: frames.directory(for: output, name), for: recipe)
    let howToResume = { "\(directory.finishedSentence) To resume, run the same command again\(addition)." }
    try reporter.start(
      renderer, frames: directory.missing(), kept: recipe.walk.timing.frameCount - directory.missing().count)
    do {
      var rendering = renderer.animationRendering(
        to: output, framesIn: directory, cancellation: Interruption.cancellation)
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
    if frames.path == nil { try directory.remove() }
    reporter.done(output, recipe)
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
    reporter.done(output, recipe)
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

/// The common way of the three walks from the options to the animation.
func renderAnimation(
  _ draft: RecipeDraft, _ options: GenerationOptions, _ animation: AnimationOptions, _ report: ReportOptions
) throws {
  var draft = options.applied(to: draft)
  (draft.frames, draft.fps, draft.pingPong) = (animation.frames, animation.fps, animation.order.rubberBand)
  try options.model.applyThreads()
  let models = ModelStore()
  let givenSeed = draft.seed
  draft.seed = try givenSeed ?? animation.interruptedSeed()
  let recipe = try models.recipe(for: draft)
  let seed = recipe.walk.keyFrames[0].seed
  let output = animation.output ?? "\(recipe.walk.kind.rawValue)-\(seed).gif"
  try animation.result.requireWritable(output, "--output", recipe: recipe)
  let keepsSeed = givenSeed != nil || animation.lastingDirectory != nil
  try ResultRun(models, batch: options.batching.batch, report.reporter()).animation(
    recipe, to: output, frames: animation.framesDirectory, resuming: keepsSeed ? "" : " with --seed \(seed)")
}

extension AnimationOptions {
  /// The seed of an interrupted run of the same command, which drew it: the run is resumed.
  fileprivate func interruptedSeed() throws -> UInt64? {
    guard let path = lastingDirectory, let known = try FrameDirectory.recipe(in: path) else { return nil }
    return known.walk.keyFrames[0].seed
  }

  /// The folder of the frames, if it is the same whatever the seed.
  fileprivate var lastingDirectory: String? {
    framesDirectory.path ?? output.flatMap { isDevice($0) ? nil : $0 + ".frames" }
  }
}

extension NumpyArray {
  /// Latents [1, h, w, c] as PyTorch lays them out, [c, h, w].
  init(latents: Tensor) {
    let latents = latents.channelsFirst()
    self.init(shape: Array(latents.shape.dropFirst()), values: latents.values)
  }
}
