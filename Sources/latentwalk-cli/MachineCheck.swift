import Tensors

/// How much of the processor's arithmetic a matrix product and a convolution reach, so that a user can see a machine
/// that does not do what it should. Takes about a second with optimised kernels.
///
///     let check = MachineCheck()
///     check.matrixProduct       // 0.9: ninety percent of the peak that was measured beside it
struct MachineCheck {
  /// GFLOP/s of fused multiply-adds, on all threads.
  let peak: Double
  /// Share of the peak, at 1024 x 640 x 640: a linear layer of Stable Diffusion at 32 x 32 latents.
  let matrixProduct: Double
  /// Share of the peak, 3x3 at 32 x 32 with 320 channels, counted as if it were computed directly: a method that needs
  /// fewer operations can reach more than 1.
  let convolution: Double

  init() {
    peak = Engine.measurePeak(seconds: 0.4)
    let tokens = Self.tensor([1024, 640])
    let layer = Self.weights([640, 640])
    matrixProduct = Self.share(operations: 2 * 1024 * 640 * 640) { _ = tokens.multiplied(by: layer) }
    let picture = Self.tensor([1, 32, 32, 320])
    let kernel = Self.weights([320, 320, 3, 3])
    convolution = Self.share(operations: 2 * 1024 * 320 * 9 * 320) {
      _ = picture.convolved(by: kernel, .same)
    }
  }

  /// The median speed in a quarter of a second, after one run to warm up, over the peak measured right before them.
  private static func share(operations: Double, _ run: () -> Void) -> Double {
    run()
    let peak = Engine.measurePeak(seconds: 0.1)
    var times: [Double] = []
    while times.isEmpty || times.reduce(0, +) < 0.25 {
      let start = ContinuousClock.now
      run()
      times.append((ContinuousClock.now - start) / .seconds(1))
    }
    return operations / times.sorted()[times.count / 2] / 1e9 / peak
  }

  /// Some numbers between -1 and 1; which ones does not matter.
  private static func numbers(_ shape: [Int]) -> [Float] {
    (0..<shape.reduce(1, *)).map { Float($0 % 251) / 125 - 1 }
  }

  private static func tensor(_ shape: [Int]) -> Tensor { Tensor(shape: shape, values: numbers(shape)) }

  private static func weights(_ shape: [Int]) -> PackedWeights {
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    return numbers(shape).withUnsafeBytes {
      PackedWeights(StoredTensor(shape: shape, strides: strides, elementType: .float32, copying: $0))
    }
  }
}
