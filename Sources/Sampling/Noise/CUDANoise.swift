import Glibc

/// Draws what `torch.manual_seed(seed); torch.randn(count, device="cuda")` draws on a graphics card, on any processor.
///
/// Each number is drawn by the thread of its index, which takes the first of the four that Box and Muller's
/// method makes of one Philox block; a further call counts the threads' blocks one up.
///
/// That is the order for as many numbers as the card has threads in flight: on cards with 2048 threads a
/// multiprocessor, 2048 times their multiprocessors, such as 221,184 on an A100; on a small one of 28 multiprocessors
/// with 1536, 43,008. A picture of 512 x 512 draws 16,384 and one of 1024 x 1024 65,536. For more numbers the threads
/// go around again and the order depends on the card; here it does not.
///
/// Cards take the sine from a short table, so that the last digits differ from card to card: expect 1e-6.
///
/// Source: `distribution_elementwise_grid_stride_kernel` in `aten/src/ATen/native/cuda/DistributionTemplates.h`, and
/// `curand_normal4` in cuRAND's `curand_normal.h`.
struct CUDANoise: NormalSource {
  private let seed: UInt64
  private var call: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  mutating func normals(_ count: Int) -> [Float] {
    defer { call += 1 }
    return (0..<UInt64(count)).map { thread in
      var philox = Philox(
        key: (UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)),
        counter: SIMD4(lowHalf: words(call), highHalf: words(thread)))
      let x = philox.next()
      return boxMuller(x[0], x[1])
    }
  }

  private func words(_ x: UInt64) -> SIMD2<UInt32> { SIMD2(UInt32(truncatingIfNeeded: x), UInt32(x >> 32)) }

  /// The sine's half of the pair. u lies in 0...1 without 0, the angle in 0...2 pi.
  private func boxMuller(_ x: UInt32, _ y: UInt32) -> Float {
    let u = Float(0x1p-33).addingProduct(Float(x), 0x1p-32)
    let turn = Float(0x1p-32) * (2 * 3.141_592_7)
    let angle = (turn / 2).addingProduct(Float(y), turn)
    return (-2 * log(u)).squareRoot() * sin(angle)
  }
}
