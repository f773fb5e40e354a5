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
  private var pace: Pace?

  init(isJSON: Bool, isQuiet: Bool) {
    self.isJSON = isJSON
    self.isQuiet = isQuiet
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
      emit(ReportLine(event: "step", step: step.taken, steps: step.count, batch: step.frames))
    case .preparation(let step):
      pace?.advance(step)
      emit(ReportLine(event: "preparation", step: step.taken, steps: step.count))
    case .frame(let frame, _, _):
      pace?.finish()
      emit(
        ReportLine(
          event: "frame", frame: frame, secondsPerFrame: pace?.secondsPerFrame, secondsLeft: pace?.secondsLeft
        ))
    case .encoded(let place, let count):
      emit(ReportLine(event: "encoded", frame: place, frames: count))
      if !isQuiet, !isJSON {
        line.show("Writing the animation", Double(place) / Double(count), "\(place) of \(count)")
      }
      return
    }
    if !isQuiet, !isJSON, let pace { line.show("Rendering", pace.share, pace.sentence) }
  }

  func done(_ output: String, _ recipe: Recipe? = nil) {
    line.end()
    emit(
      ReportLine(event: "done", seed: recipe?.walk.keyFrames[0].seed, seconds: pace?.seconds, output: output))
    if let pace, recipe != nil { say("Done in \(duration(pace.seconds)).") }
    // What went to /dev/stdout is not followed by its name.
    if !isJSON, !isDevice(output) { print(output) }
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

  private func say(_ sentence: String) {
    if !isQuiet, !isJSON { write(sentence + "\n") }
  }

  private func write(_ text: String) {
    line.end()
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

/// A line of `--json`: an event and what is known of it.
private struct ReportLine: Encodable {
  let event: String
  var frame: Int?
  var frames: Int?
  var missing: Int?
  var step: Int?
  var steps: Int?
  var batch: [Int]?
  var evaluations: Int?
  var seed: UInt64?
  var width: Int?
  var height: Int?
  var model: String?
  var secondsPerFrame: Double?
  var secondsLeft: Double?
  var seconds: Double?
  var output: String?
  var message: String?

  var json: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }
}
