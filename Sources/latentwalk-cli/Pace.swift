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

  /// "0:58 left"
  var timeLeft: String { secondsLeft.map { "\(duration($0)) left" } ?? "" }

  /// "About 3 minutes: 3000 UNet evaluations, 0.06 s each; 0.9 GB of memory, 12 MB on disk for the frames."
  /// - Parameter disk: bytes, 0 for none.
  func cost(memory: Int, disk: Int) -> String {
    let each = seconds / Double(max(1, evaluated))
    let frames = disk > 0 ? ", \(bytes(disk)) on disk for the frames" : ""
    return "About \(roughly(each * Double(evaluations))): \(counted(evaluations, "UNet evaluation")), "
      + "\(amount(each)) each; \(bytes(memory)) of memory\(frames)."
  }
}

/// 40 -> "40 seconds", 200 -> "3 minutes", 9000 -> "2.5 hours"
func roughly(_ seconds: Double) -> String {
  switch seconds {
  case ..<1: "a second"
  case ..<90: counted(Int(seconds.rounded()), "second")
  case ..<5400: counted(Int((seconds / 60).rounded()), "minute")
  default: String(format: "%.1f hours", seconds / 3600)
  }
}

/// 0.0123 -> "0.012 s"
func amount(_ seconds: Double) -> String {
  seconds < 1 ? String(format: "%.2g s", seconds) : String(format: "%.1f s", seconds)
}

/// 1234567 -> "1.2 MB"
func bytes(_ count: Int) -> String {
  let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
  let (name, size) = units.first { Double(count) >= $0.1 } ?? ("kB", 1e3)
  return String(format: "%.1f ", Double(count) / size) + name
}

/// 33.14 -> "33.1 dB"
func decibels(_ ratio: Double) -> String {
  ratio.isFinite ? String(format: "%.1f dB", ratio) : "infinity (no pixel differs)"
}

/// 58 -> "0:58", 3725 -> "1:02:05"
func duration(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}
