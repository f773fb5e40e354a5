import ArgumentParser
import Foundation
import LatentWalk

/// The common way of the three walks: renders what is missing, writes the animation, and keeps the frames only if that was asked
/// for.
func renderAnimation(_ order: Order, _ animation: AnimationOptions, _ report: ReportOptions) throws {
  let reporter = report.reporter()
  let interruption = Interruption()
  let seed = try order.generation.seed ?? animation.interruptedSeed() ?? order.drawnSeed()
  let name = "\(order.walk.rawValue)-\(seed).gif"
  let output = animation.output ?? name
  try requireWritable(output, "--output")
  let renderer = try order.renderer(seed: seed, reporter)
  try interruption.check("Nothing was rendered. To start again, run the same command.")
  let directory = try FrameDirectory(path: animation.directory(output, name), for: renderer.recipe)

  let missing = directory.missing()
  let howToGoOn = {
    let (frames, finished) = (renderer.recipe.frames, renderer.recipe.frames - directory.missing().count)
    let kept =
      switch finished {
      case 0: "No frame is finished yet."
      case 1: "1 of \(frames) frames is finished and stays in \(directory.path)."
      default: "\(finished) of \(frames) frames are finished and stay in \(directory.path)."
      }
    return
      "\(kept) To go on, run the same command again\(animation.keepsSeed(of: order) ? "" : " with --seed \(seed)")."
  }
  reporter.start(renderer, missing: missing.count)
  do {
    try renderer.renderAnimation(to: output, framesIn: directory) { event in
      try interruption.check(howToGoOn())
      reporter.report(event)
    }
  } catch let error where !(error is ExitCode) {
    reporter.note(howToGoOn())
    throw error
  }
  if animation.framesDirectory == nil { try directory.remove() }
  reporter.done(output, renderer.recipe)
}

extension AnimationOptions {
  /// Where the frames are: in the folder that was asked for; else beside the animation until it is complete, or, as nothing can
  /// lie beside a device, among the temporary files.
  func directory(_ output: String, _ name: String) -> String {
    framesDirectory ?? (isDevice(output) ? NSTemporaryDirectory() + name : output) + ".frames"
  }

  /// The seed of an interrupted run of the same order, which drew it: the run goes on where it stopped.
  func interruptedSeed() throws -> UInt64? {
    guard let path = lastingDirectory, let known = try FrameDirectory.recipe(in: path) else { return nil }
    return known.seed
  }

  /// Whether the same command, run again, has the same seed.
  func keepsSeed(of order: Order) -> Bool { order.generation.seed != nil || lastingDirectory != nil }

  /// The folder of the frames, if it is the same whatever the seed.
  private var lastingDirectory: String? {
    framesDirectory ?? output.flatMap { isDevice($0) ? nil : $0 + ".frames" }
  }
}
