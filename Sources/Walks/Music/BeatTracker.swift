import Glibc

/// The beats that agree best with an onset envelope and a steady pace (Ellis, "Beat Tracking by Dynamic Programming",
/// Journal of New Music Research 36, 2007, equations 1 to 5):
///
///     C({t}) = sum over i of O(t_i) + alpha * sum over i of F(t_i - t_{i-1}),   F(d) = -(log(d / period))^2
///     C*(t) = O(t) + max(0, max over d in period / 2 ... 2 period of alpha F(d) + C*(t - d))
///
/// The 0 begins a sequence of beats where none before it would help.
struct BeatTracker {
  private let envelope: OnsetEnvelope
  /// In hops.
  private let period: Double

  /// What the pace counts beside the onsets, whose deviation is 1; librosa's value.
  private static let alpha: Float = 100

  init(_ envelope: OnsetEnvelope, period: Double) {
    self.envelope = envelope
    self.period = period
  }

  /// The beats in seconds, with the onset strength at each.
  func beats() -> [Beat] {
    let strengths = envelope.strengths
    let sequence = bestSequence().map { hop in
      (hop: hop, height: strengths[max(0, hop - 3)...min(strengths.count - 1, hop + 3)].max() ?? 0)
    }
    let beats = sequence[Self.heard(sequence.map(\.height))]
    let highest = max(beats.map(\.height).max() ?? 0, 1e-9)
    return beats.map { hop, height in
      let isInside = hop > 0 && hop < strengths.count - 1
      let offset = isInside ? peakOffset(strengths[hop - 1], strengths[hop], strengths[hop + 1]) : 0
      return Beat(
        time: (Double(hop) + Double(offset)) * envelope.hopDuration, strength: Double(height / highest))
    }
  }

  /// The beats from the first that is heard to the last: before and after them the sequence goes on through whatever
  /// noise there is. Heard is one with half the root mean square of all heights; one alone, with two on its inner side
  /// that are not, is where the noise itself begins or ends.
  private static func heard(_ heights: [Float]) -> Range<Int> {
    let threshold = 0.5 * (heights.reduce(0) { $0 + $1 * $1 } / Float(max(1, heights.count))).squareRoot()
    let isHeard = heights.map { $0 >= threshold }
    let first = isHeard.indices.first { isHeard[$0] && isHeard[($0 + 1)...].prefix(2).contains(true) }
    let last = isHeard.indices.last { isHeard[$0] && isHeard[..<$0].suffix(2).contains(true) }
    guard let first, let last else { return heights.indices }
    return first..<last + 1
  }

  /// The hops of the sequence with the largest C*.
  private func bestSequence() -> [Int] {
    let strengths = envelope.strengths
    let (shortest, longest) = (max(1, Int((period / 2).rounded())), Int((2 * period).rounded()))
    let costs = (shortest...longest).map { lag in
      let ratio = Float(log(Double(lag) / period))
      return Self.alpha * ratio * ratio
    }
    var scores = strengths
    var predecessors = [Int?](repeating: nil, count: strengths.count)
    for hop in strengths.indices where hop >= shortest {
      var best: Float = 0
      for lag in shortest...min(longest, hop) {
        let score = scores[hop - lag] - costs[lag - shortest]
        if score > best {
          best = score
          predecessors[hop] = hop - lag
        }
      }
      scores[hop] += best
    }
    var next = scores.indices.max { scores[$0] < scores[$1] }
    var sequence: [Int] = []
    while let hop = next {
      sequence.append(hop)
      next = predecessors[hop]
    }
    return sequence.reversed()
  }
}
