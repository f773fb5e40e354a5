import ArgumentParser
import Foundation
import LatentWalk
import Media

/// What the program reports, and how.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Progress and result as JSON lines on standard output.")
  var json = false

  @Flag(help: "No progress; warnings and errors still go to standard error.")
  var quiet = false

  func reporter() -> Reporter { Reporter(isJSON: json, isQuiet: quiet) }
}

/// Reports what is going to be done, how far it is and how long it still takes: a line for people on standard error, or
/// JSON lines for programs on standard output.
final class Reporter {
  private let isJSON: Bool
  private let isQuiet: Bool
  private let line = ProgressLine()
  private var frameGuard = FrameGuard()
  private var preview: Preview?
  private var pace: Pace?
  private var measuring = ""
  /// What is said when the first step is done and its time is known.
  private var pendingCost: ((Pace) -> String)?

  init(isJSON: Bool, isQuiet: Bool) {
    self.isJSON = isJSON
    self.isQuiet = isQuiet
  }

  /// From now on the frame in work is shown in the terminal.
  func beginPreview() {
    preview = Preview()
    if preview != nil { return }
    let problem =
      isatty(STDERR_FILENO) == 1
      ? "this one (TERM is \(ProcessInfo.processInfo.environment["TERM"] ?? "not set")) shows none"
      : "standard error is none here"
    warn("--preview shows pictures in a terminal, and \(problem).")
  }

  /// - Parameters:
  ///   - frames: those that are to be rendered.
  ///   - kept: how many others are there already.
  func start(_ renderer: Renderer, frames: [Int], kept: Int) throws {
    let recipe = renderer.recipe
    let (keyFrame, all) = (recipe.walk.keyFrames[0], frames.count + kept)
    let schedule = try renderer.schedule(of: frames.first ?? 0)
    let evaluations = try renderer.evaluations(of: frames)
    pace = Pace(frames: frames.count, evaluations: evaluations)
    let memory = try renderer.totalMemoryBytes()
    let disk = recipe.walk.kind == .image ? 0 : renderer.diskBytes(frames: frames.count)
    pendingCost = { $0.cost(memory: memory, disk: disk) }
    emit(
      ReportLine(
        event: "start", frames: all, missing: frames.count, steps: schedule.count, evaluations: evaluations,
        seed: keyFrame.seed, width: recipe.settings.width, height: recipe.settings.height,
        model: recipe.model.name))
    let keptFrames = kept > 0 ? "; \(kept == 1 ? "1 frame is" : "\(kept) frames are") there already" : ""
    say(
      """
      \(counted(all, "frame")) of \(recipe.settings.width) x \(recipe.settings.height) with the model \
      \(recipe.model.name), seed \(keyFrame.seed): \(counted(schedule.count, "step")), guidance \(keyFrame.guidance), \
      \(counted(evaluations, "UNet evaluation"))\(keptFrames).
      """)
    if let start = keyFrame.start {
      say("It begins with \(start.picture.path), strength \(start.strength).")
    } else if schedule.count != keyFrame.sampling.steps {
      warn(
        "The schedule \(keyFrame.sampling.schedule.rawValue) makes \(schedule.count) steps of \(keyFrame.sampling.steps)."
      )
    }
  }

  func report(_ event: RenderingEvent) {
    switch event {
    case .step(let step):
      pace?.advance(step)
      sayCost()
      emit(ReportLine(event: "step", step: step.taken, steps: step.count, batch: step.frames))
      if let preview, preview.isDue, let picture = try? step.preview(of: step.frames[0]) {
        preview.show(picture)
      }
    case .preparation(let step):
      pace?.advance(step)
      sayCost()
      emit(ReportLine(event: "preparation", step: step.taken, steps: step.count))
    case .frame(let frame, let picture, let latents):
      pace?.finish()
      emit(
        ReportLine(
          event: "frame", frame: frame, secondsPerFrame: pace?.secondsPerFrame, secondsLeft: pace?.secondsLeft
        ))
      if let problem = frameGuard.problem(ofFrame: frame, picture, latents: latents) {
        warn(problem.description)
      }
      preview?.show(picture)
    case .encoded(let place, let count):
      emit(ReportLine(event: "encoded", frame: place, frames: count))
      if !isQuiet, !isJSON { line.show("Writing", Double(place) / Double(count), "\(place) of \(count)") }
      return
    }
    if !isQuiet, !isJSON, let pace { line.show("Rendering", pace.share, pace.sentence) }
  }

  private func sayCost() {
    guard let pace, pace.share > 0, let cost = pendingCost else { return }
    say(cost(pace))
    pendingCost = nil
  }

  /// What a sound makes of the pace.
  func report(_ sound: SoundTiming) {
    let beat = sound.tempo.map { String(format: ", %.0f beats a minute", $0) } ?? ", without a clear beat"
    say(
      "The pace is that of the sound: \(duration(sound.duration))\(beat), \(counted(sound.timing.frameCount, "frame"))."
    )
    if let note = sound.note { warn(note) }
    if !sound.isOnBeats {
      warn("The sound has fewer beats than the walk has key frames; they are evenly spaced.")
    }
  }

  func startMeasuring(_ title: String, evaluations: Int) {
    pace = Pace(frames: 1, evaluations: evaluations)
    measuring = title
  }

  /// A picture that is made for measuring takes a step.
  func measured(_ event: RenderingEvent) {
    switch event {
    case .step(let step):
      pace?.advance(step)
      emit(ReportLine(event: "measuring", step: step.taken, steps: step.count))
      if let preview, preview.isDue, let picture = try? step.preview(of: step.frames[0]) {
        preview.show(picture)
      }
    case .preparation(let step): pace?.advance(step)
    case .frame(_, let picture, _): preview?.show(picture)
    case .encoded: break
    }
    guard !isQuiet, !isJSON, let pace else { return }
    line.show(measuring, min(1, pace.share), pace.timeLeft)
  }

  func endMeasuring(_ findings: [String]) {
    for finding in findings {
      emit(ReportLine(event: "finding", message: finding))
      say(finding)
    }
  }

  /// What a rendering would cost: the result of `--dry-run`.
  func report(_ cost: RenderingCost, kept: Int, writesFrames: Bool) {
    let disk = writesFrames ? cost.diskBytes : nil
    emit(
      ReportLine(
        event: "estimate", frames: cost.frames + kept, missing: cost.frames, evaluations: cost.evaluations,
        secondsPerEvaluation: cost.secondsPerEvaluation, secondsPerDecoding: cost.secondsPerDecoding,
        seconds: cost.seconds, memoryBytes: cost.memoryBytes, diskBytes: disk))
    if isJSON { return }
    let there = kept > 0 ? ", of which \(kept) are there already" : ""
    let speed =
      "\(amount(cost.secondsPerEvaluation)) an evaluation, \(amount(cost.secondsPerDecoding)) to decode a frame"
    print("Frames            \(cost.frames + kept)\(there)")
    print("UNet evaluations  \(cost.evaluations)")
    print("Time              about \(roughly(cost.seconds)): \(speed), measured now")
    print("Memory            \(bytes(cost.memoryBytes)) at most")
    if let disk {
      print("Disk              about \(bytes(disk)) for the frames, until the result is complete")
    }
  }

  /// How well a key frame shows its picture.
  func report(_ fidelity: PictureFidelity) {
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    emit(
      ReportLine(
        event: "picture", frame: fidelity.keyFrame, picture: fidelity.path, psnr: finite(fidelity.ofFrame),
        psnrOfAutoencoder: finite(fidelity.ofAutoencoder),
        psnrToAutoencoder: finite(fidelity.ofInversion)))
    say(
      """
      \(fidelity.path) is shown with a PSNR of \(decibels(fidelity.ofFrame)); the autoencoder alone would have \
      \(decibels(fidelity.ofAutoencoder)), and the frame has \(decibels(fidelity.ofInversion)) against what that makes of it.
      """)
  }

  func done(_ output: String) { done([output], nil) }

  func done(_ outputs: [String], _ recipe: Recipe?) {
    line.end()
    preview?.end()
    emit(
      ReportLine(
        event: "done", seed: recipe?.walk.keyFrames[0].seed, seconds: pace?.seconds, output: outputs.first,
        outputs: outputs.count > 1 ? outputs : nil))
    if let pace, recipe != nil { say("Done in \(duration(pace.seconds)).") }
    // What went to /dev/stdout is not followed by its name.
    for output in outputs where !isJSON && !isDevice(output) { print(output) }
  }

  func warn(dropped text: String) {
    warn("The prompt is too long for the model; this end of it was cut: \"\(text)\"")
  }

  func warn(_ sentence: String) {
    emit(ReportLine(event: "warning", message: sentence))
    if !isJSON { write("Warning: \(sentence)\n") }
  }

  /// Says what is good to know when something went wrong.
  func note(_ sentence: String) { write(sentence + "\n") }

  /// Says what is good to know.
  func say(_ sentence: String) {
    if !isQuiet, !isJSON { write(sentence + "\n") }
  }

  private func write(_ text: String) {
    line.end()
    preview?.end()
    FileHandle.standardError.write(Data(text.utf8))
  }

  private func emit(_ line: ReportLine) {
    guard isJSON, let json = line.json else { return }
    print(json)
    fflush(nil)
  }
}

/// 1 step, 2 steps
func counted(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }
