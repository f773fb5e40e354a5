import Glibc

/// Draws what `numpy.random.RandomState(seed).standard_normal(count)` draws: Marsaglia's polar method over
/// MT19937 in double precision. Pairs go across calls: a draw of an odd count leaves its second number to the
/// next.
///
/// Source: `legacy_gauss` in NumPy's `legacy-distributions.c`.
struct NumPyNoise: NormalSource {
  private var words: MersenneTwister
  private var second: Double?

  init(seed: UInt64) {
    words = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
  }

  mutating func normals(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(normal()) }
  }

  private mutating func normal() -> Double {
    if let second {
      self.second = nil
      return second
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let radius = x * x + y * y
      if radius < 1 && radius != 0 {
        let factor = (-2 * log(radius) / radius).squareRoot()
        second = factor * x
        return factor * y
      }
    }
  }

  /// In 0..<1 with 53 bits, of which 27 come first.
  private mutating func uniform() -> Double {
    let high = Double(words.next() >> 5)
    let low = Double(words.next() >> 6)
    return (high * 0x1p26 + low) * 0x1p-53
  }
}
