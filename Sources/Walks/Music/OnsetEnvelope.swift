import Glibc

/// How much begins when: the onset strength of a sound every 10 ms, free of its local mean, smoothed and divided by its
/// standard deviation, so that it says the same of loud and of quiet sounds.
struct OnsetEnvelope {
  let strengths: [Float]
  /// Seconds from one to the next.
  let hopDuration: Double

  /// Mean rises of a band, in units of log(1 + 1000 x), that are rounding errors and the beating of steady tones.
  private static let silence: Float = 0.01

  /// - Parameter onsets: spectral flux, from 0.
  init(_ onsets: [Float], hopDuration: Double) {
    self.hopDuration = hopDuration
    guard let loudest = onsets.max(), loudest > Self.silence else {
      strengths = []
      return
    }
    let means = Self.movingMean(onsets, radius: 50)
    let smooth = Self.smoothed(zip(onsets, means).map { max(0, $0 - $1) })
    let mean = smooth.reduce(0) { $0 + Double($1) } / Double(smooth.count)
    let variance = smooth.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(smooth.count)
    let scale = Float(1 / max(variance.squareRoot(), 1e-9))
    strengths = smooth.map { $0 * scale }
  }

  /// The mean over the hops within `radius` of each.
  private static func movingMean(_ values: [Float], radius: Int) -> [Float] {
    var sums = [0.0]
    for value in values { sums.append(sums[sums.count - 1] + Double(value)) }
    return values.indices.map { index in
      let (first, end) = (max(0, index - radius), min(values.count, index + radius + 1))
      return Float((sums[end] - sums[first]) / Double(end - first))
    }
  }

  /// A Gaussian of 20 ms, so that beats that fall between hops, or vary a little, still agree.
  private static func smoothed(_ values: [Float]) -> [Float] {
    let radius = 6
    let weights = (-radius...radius).map { Float(exp(-Double($0 * $0) / 8)) }
    return values.indices.map { index in
      var sum: Float = 0
      for offset in max(-radius, -index)...min(radius, values.count - 1 - index) {
        sum += weights[offset + radius] * values[index + offset]
      }
      return sum
    }
  }
}
