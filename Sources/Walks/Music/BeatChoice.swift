import Glibc

/// Which beats the key frames between the first and the last fall on: those for which this sum is largest, in order and
/// each at most once. Near counts, and a strong beat outweighs a nearer one that is weak.
///
///     sum over i of log(0.1 + strength) - 1/2 ((frame - even frame of i) / (spacing / 4))^2
///
/// The even frames are those of key frames at equal distances, `spacing`.
struct BeatChoice {
  /// For each frame between the first and the last with a beat: its number, and the strength of its strongest beat.
  private let candidates: [(frame: Int, strength: Double)]
  private let lastFrame: Int

  init(_ beats: [Beat], framesPerSecond: Double, lastFrame: Int) {
    self.lastFrame = lastFrame
    var strengths: [Int: Double] = [:]
    for beat in beats {
      let frame = (beat.time * framesPerSecond).rounded()
      guard 0 < frame, frame < Double(lastFrame) else { continue }
      strengths[Int(frame)] = max(strengths[Int(frame)] ?? 0, beat.strength)
    }
    candidates = strengths.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The frames of all key frames; nil if the beats are too few for them.
  func frames(keyFrameCount: Int) -> [Double]? {
    guard keyFrameCount > 1 else { return [0] }
    let inner = keyFrameCount - 2
    guard inner <= candidates.count, keyFrameCount <= lastFrame + 1 else { return nil }
    let chosen = bestBeats(inner).map { Double(candidates[$0].frame) }
    return [0] + chosen + [Double(lastFrame)]
  }

  /// For each of `count` key frames the number of its beat, by dynamic programming: `best[k][b]` is the largest sum of
  /// the first k + 1 key frames if the last of them is on beat b or before.
  private func bestBeats(_ count: Int) -> [Int] {
    var best: [[Double]] = []
    for number in 0..<count {
      var row = [Double](repeating: -.infinity, count: candidates.count)
      for beat in number..<candidates.count {
        let before = number == 0 ? 0 : best[number - 1][beat - 1]
        let here = before + score(beat, number, count)
        row[beat] = max(here, beat > 0 ? row[beat - 1] : -.infinity)
      }
      best.append(row)
    }
    var beat = candidates.count - 1
    var chosen: [Int] = []
    for number in (0..<count).reversed() {
      // The earliest beat with the largest sum is the one that was taken.
      while beat > number, best[number][beat - 1] == best[number][beat] { beat -= 1 }
      chosen.append(beat)
      beat -= 1
    }
    return chosen.reversed()
  }

  private func score(_ beat: Int, _ number: Int, _ count: Int) -> Double {
    let spacing = Double(lastFrame) / Double(count + 1)
    let distance = (Double(candidates[beat].frame) - spacing * Double(number + 1)) / (spacing / 4)
    return log(0.1 + candidates[beat].strength) - 0.5 * distance * distance
  }
}
