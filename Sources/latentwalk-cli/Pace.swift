import Foundation
import LatentWalk

/// How far the rendering is and how fast it goes.
struct Pace {
  private let frames: Int
  private let evaluations: Int
  private let start = Date()
  private var evaluated = 0
  private var finished = 0
  private var work = ""

  /// - Parameter evaluations: of the UNet, for all frames and what they are made from.
  init(frames: Int, evaluations: Int) {
    self.frames = max(1, frames)
    self.evaluations = max(1, evaluations)
  }

  mutating func advance(_ step: RenderingStep) {
    evaluated += step.evaluations
    work = "step \(step.taken) of \(step.count)"
  }

  mutating func advance(_ step: PreparationStep) {
    evaluated += step.evaluations
    switch step.preparation {
    case .inversion(let keyFrame): work = "inverting the picture of key frame \(keyFrame + 1), "
    case .parent: work = "a neighbour of frames, "
    }
    work += "step \(step.taken) of \(step.count)"
  }

  mutating func finish() { finished += 1 }

  var seconds: Double { Date().timeIntervalSince(start) }
  /// Done, 0 ... 1.
  var share: Double { Double(evaluated) / Double(evaluations) }
  var secondsPerFrame: Double? { share > 0 ? seconds / (share * Double(frames)) : nil }
  var secondsLeft: Double? { share > 0 ? max(0, seconds / share * (1 - share)) : nil }

  /// "frame 12 of 60, step 20 of 25, 1.2 s a frame, 0:58 left"
  var sentence: String {
    let frame = "frame \(min(finished + 1, frames)) of \(frames), \(work)"
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
