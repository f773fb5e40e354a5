import Foundation
import Sampling

/// How far the rendering is and how fast it goes.
struct Pace {
  private let frames: Int
  private let schedule: SamplingSchedule
  private let start = Date()
  private var finished = 0
  /// Frames in work, and the steps that they have taken.
  private var inWork = 0
  private var step = 0

  init(frames: Int, schedule: SamplingSchedule) {
    self.frames = max(1, frames)
    self.schedule = schedule
  }

  mutating func advance(to step: Int, frames: Int) {
    self.step = step
    inWork = frames
  }

  mutating func finish() {
    finished += 1
    inWork -= 1
  }

  var seconds: Double { Date().timeIntervalSince(start) }

  /// Done, 0 ... 1; the steps of frames in work count as many times as they evaluate the network.
  var share: Double {
    let evaluations = max(1, schedule.evaluations(after: schedule.count))
    let passed = Double(schedule.evaluations(after: step)) / Double(evaluations)
    return (Double(finished) + Double(max(0, inWork)) * passed) / Double(frames)
  }

  var secondsPerFrame: Double? { share > 0 ? seconds / (share * Double(frames)) : nil }
  var secondsLeft: Double? { share > 0 ? seconds / share * (1 - share) : nil }

  /// "frame 12 of 60, step 20 of 25, 1.2 s a frame, 0:58 left"
  var sentence: String {
    let frame = "frame \(min(finished + 1, frames)) of \(frames), step \(step) of \(schedule.count)"
    guard let secondsPerFrame, let secondsLeft else { return frame }
    return frame + String(format: ", %.2f s a frame, ", secondsPerFrame) + "\(duration(secondsLeft)) left"
  }
}

/// 58 -> "0:58", 3725 -> "1:02:05"
func duration(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}
