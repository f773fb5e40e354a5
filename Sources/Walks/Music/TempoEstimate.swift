import Glibc

/// The time from beat to beat at which an onset envelope is most like itself: the peak of its autocorrelation, weighted
/// by how likely listeners are to tap at that pace (Ellis, "Beat Tracking by Dynamic Programming", 2007, section 3.2).
///
///     TPS(tau) = exp(-1/2 (log2(tau / tau0) / sigma)^2) * sum over t of O(t) O(t - tau),   tau0 = 0.5 s
struct TempoEstimate {
  /// In hops.
  let period: Double

  /// Beats a minute that are looked for.
  private static let tempos = 40.0...240
  /// Octaves; librosa's width.
  private static let sigma = 1.0
  /// An autocorrelation from chance has about this deviation, times 1 / sqrt(hops): the envelope's neighbours are
  /// alike over some seven hops.
  private static let chance = 7.0.squareRoot()

  /// Nil where nothing repeats more than it would by chance.
  init?(_ envelope: OnsetEnvelope) {
    let (shortest, longest) = (60 / Self.tempos.upperBound, 60 / Self.tempos.lowerBound)
    let first = Int((shortest / envelope.hopDuration).rounded(.down))
    let last = min(Int((longest / envelope.hopDuration).rounded(.up)), envelope.strengths.count / 2)
    guard first > 0, first < last else { return nil }
    let correlations = Self.autocorrelation(envelope.strengths, upTo: last + 1)
    let scores = (first...last).map { lag in
      let octaves = log2(Double(lag) * envelope.hopDuration / 0.5)
      return correlations[lag] * exp(-0.5 * (octaves / Self.sigma) * (octaves / Self.sigma))
    }
    let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
    let lag = first + best
    let threshold = max(0.05, 3 * Self.chance / Double(envelope.strengths.count).squareRoot())
    guard correlations[lag] > threshold else { return nil }
    period = Double(lag) + peakOffset(correlations[lag - 1], correlations[lag], correlations[lag + 1])
  }

  /// For each lag, in hops, the mean product of the envelope, free of its mean, with itself; 1 at lag 0.
  private static func autocorrelation(_ strengths: [Float], upTo last: Int) -> [Double] {
    let mean = strengths.reduce(0) { $0 + Double($1) } / Double(strengths.count)
    let centred = strengths.map { $0 - Float(mean) }
    let products = (0...last).map { lag in
      var sum = 0.0
      for index in lag..<centred.count { sum += Double(centred[index] * centred[index - lag]) }
      return sum / Double(centred.count - lag)
    }
    return products.map { $0 / max(products[0], 1e-9) }
  }
}

/// Where the parabola through three neighbouring values has its peak, -0.5...0.5 from the middle one; 0 if that is not
/// the largest.
func peakOffset<Number: BinaryFloatingPoint>(_ before: Number, _ middle: Number, _ after: Number) -> Number {
  guard middle >= before, middle >= after else { return 0 }
  let curvature = before - 2 * middle + after
  return curvature < 0 ? (before - after) / (2 * curvature) : 0
}
