/// Philox 4x32-10, the random numbers under TensorFlow and under PyTorch on graphics cards: a cipher that turns
/// a counter into four words, so that any of them can be had without those before.
///
/// Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (2011).
struct Philox {
  let key: (UInt32, UInt32)
  /// The words of a 128-bit counter, the lowest first.
  var counter: SIMD4<UInt32>

  /// Four words for the counter, which is then incremented.
  mutating func next() -> SIMD4<UInt32> {
    var (x, key) = (counter, key)
    for _ in 0..<10 {
      let a = UInt64(x[0]) * 0xd251_1f53
      let b = UInt64(x[2]) * 0xcd9e_8d57
      x = SIMD4(
        UInt32(b >> 32) ^ x[1] ^ key.0, UInt32(truncatingIfNeeded: b),
        UInt32(a >> 32) ^ x[3] ^ key.1, UInt32(truncatingIfNeeded: a))
      key = (key.0 &+ 0x9e37_79b9, key.1 &+ 0xbb67_ae85)
    }
    skip(1)
    return x
  }

  /// Moves the counter on, as if `next` had been called so often.
  mutating func skip(_ blocks: UInt64) {
    let low = UInt64(counter[1]) << 32 | UInt64(counter[0])
    let (sum, overflow) = low.addingReportingOverflow(blocks)
    counter[0] = UInt32(truncatingIfNeeded: sum)
    counter[1] = UInt32(sum >> 32)
    guard overflow else { return }
    counter[2] &+= 1
    if counter[2] == 0 { counter[3] &+= 1 }
  }
}
