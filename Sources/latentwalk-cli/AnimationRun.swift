import LatentWalk

/// The common way of the three walks: renders what is missing, writes the animation, and keeps the frames only if that was asked
/// for.
func renderAnimation(_ order: Order, _ animation: AnimationOptions, _ report: ReportOptions) throws {
  let reporter = report.reporter()
  let interruption = Interruption()
  let seed = try order.generation.seed ?? animation.interruptedSeed(of: order) ?? order.drawnSeed()
  let output = animation.output ?? "\(order.walk.rawValue)-\(seed).gif"
  try requireWritable([output])
  let renderer = try order.renderer(seed: seed, reporter)
  let directory = try FrameDirectory(
    path: animation.framesDirectory ?? animation.workingDirectory(of: output), for: renderer.recipe)

  let missing = directory.missing()
  reporter.start(renderer, missing: missing.count)
  try renderer.renderAnimation(to: output, framesIn: directory) { event in
    try interruption.check(
      "The finished frames are in \(directory.path). To go on, run the same command again with --seed \(seed)."
    )
    reporter.report(event)
  }
  if animation.framesDirectory == nil { try directory.remove() }
  reporter.done(output, renderer.recipe)
}

extension AnimationOptions {
  /// Where frames wait for the animation if they are not to be kept.
  func workingDirectory(of output: String) -> String { output + ".frames" }

  /// The seed of an interrupted run of the same order, which drew it: the run goes on where it stopped.
  func interruptedSeed(of order: Order) throws -> UInt64? {
    guard let path = framesDirectory ?? output.map(workingDirectory),
      let known = try FrameDirectory.recipe(in: path)
    else { return nil }
    return known.seed
  }
}
