import Glibc

/// Draws what `torch.manual_seed(seed); torch.randn(count)` draws on a CPU.
///
/// Sixteen numbers or more fill blocks of sixteen by Box and Muller's method in single precision: the first
/// eight uniform numbers of a block give the radii, the second eight the angles. When the count is no
/// multiple of sixteen, the last sixteen numbers are drawn again. Fewer than sixteen come one at a time in
/// double precision, and an odd one out waits for the next small draw.
///
/// The numbers are PyTorch's to the last bit where it runs on a processor with AVX2, and within a few
/// millionths elsewhere.
///
/// Source: `normal_fill_AVX2` and `normal_fill` in `aten/src/ATen/native/cpu/DistributionTemplates.h` and
/// `normal_distribution` in `aten/src/ATen/core/DistributionsHelper.h`.
struct PyTorchNoise: NormalSource {
  private var words: MersenneTwister
  private var second: Double?

  /// MT19937 has room for the seed's low 32 bits; PyTorch drops the others, too.
  init(seed: UInt64) {
    words = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
  }

  mutating func normals(_ count: Int) -> [Float] {
    guard count >= 16 else { return (0..<count).map { _ in Float(normal()) } }
    var values = (0..<count).map { _ in uniform() }
    for start in stride(from: 0, through: count - 16, by: 16) {
      boxMuller(&values[start..<start + 16])
    }
    if count % 16 != 0 {
      for i in count - 16..<count { values[i] = uniform() }
      boxMuller(&values[(count - 16)...])
    }
    return values
  }

  /// Sixteen uniform numbers -> sixteen normal ones, in place.
  ///
  /// `Float.pi` is rounded down; PyTorch's is the nearest.
  private func boxMuller(_ block: inout ArraySlice<Float>) {
    for i in block.startIndex..<block.startIndex + 8 {
      let radius = (-2 * Cephes.log(1 - block[i])).squareRoot()
      let (sine, cosine) = Cephes.sineAndCosine(2 * 3.141_592_7 * block[i + 8])
      block[i] = radius * cosine
      block[i + 8] = radius * sine
    }
  }

  /// In 0..<1 with 24 bits.
  private mutating func uniform() -> Float {
    Float(words.next() & 0xff_ffff) * 0x1p-24
  }

  private mutating func normal() -> Double {
    if let second {
      self.second = nil
      return second
    }
    let angle = 2 * Double.pi * uniformDouble()
    let radius = (-2 * log1p(-uniformDouble())).squareRoot()
    second = radius * sin(angle)
    return radius * cos(angle)
  }

  /// In 0..<1 with 53 bits, of two words the first above.
  private mutating func uniformDouble() -> Double {
    let high = UInt64(words.next())
    let low = UInt64(words.next())
    return Double((high << 32 | low) & (1 << 53 - 1)) * 0x1p-53
  }
}
