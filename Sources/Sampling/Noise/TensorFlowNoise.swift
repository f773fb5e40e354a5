import Glibc

/// Draws what `tf.random.normal(shape, seed=seed)` draws on a CPU in a program that set no global seed: Box
/// and Muller's method over Philox, four numbers a block.
///
/// A further call with the same seed continues after a gap: the operation reserves 256 blocks for each number.
///
/// Source: `random_distributions.h`, `philox_random.h` and `guarded_philox_random.cc` in TensorFlow's
/// `core/lib/random` and `core/util`.
struct TensorFlowNoise: NormalSource {
  private var philox: Philox

  init(seed: UInt64) {
    // 87654321 is TensorFlow's global seed where the program gave none; the operation's is taken modulo 2^31 - 1.
    philox = Philox(key: (87_654_321, 0), counter: [0, 0, UInt32(seed % 0x7fff_ffff), 0])
  }

  mutating func normals(_ count: Int) -> [Float] {
    var blocks = philox
    philox.skip(UInt64(count) * 256)
    var values: [Float] = []
    values.reserveCapacity(count + 3)
    while values.count < count {
      let x = blocks.next()
      values += boxMuller(x[0], x[1]) + boxMuller(x[2], x[3])
    }
    return Array(values.prefix(count))
  }

  private func boxMuller(_ x: UInt32, _ y: UInt32) -> [Float] {
    let radius = (-2 * log(max(uniform(x), 1e-7))).squareRoot()
    let angle = Float(2 * Double.pi * Double(uniform(y)))
    return [radius * sin(angle), radius * cos(angle)]
  }

  /// In 0..<1 with 23 bits: the mantissa of a number between one and two.
  private func uniform(_ x: UInt32) -> Float {
    Float(bitPattern: 0x3f80_0000 | x & 0x7f_ffff) - 1
  }
}
