import Tensors

/// A stream of normally distributed numbers that a seed determines.
protocol NormalSource {
  init(seed: UInt64)
  /// The next numbers, as one call of the library draws them.
  mutating func normals(_ count: Int) -> [Float]
}

/// Whose noise is drawn: the same seed gives the same numbers as the named library does, and so the same picture.
///
/// | name           | what a program would write                                                              |
/// |----------------|-----------------------------------------------------------------------------------------|
/// | `pytorch`      | `torch.manual_seed(seed); torch.randn(1, channels, height, width)`                      |
/// | `pytorch-cuda` | `torch.manual_seed(seed); torch.randn(1, channels, height, width, device="cuda")`       |
/// | `tensorflow`   | `tf.random.normal((1, height, width, channels), seed=seed)` on a CPU, no global seed     |
/// | `numpy`        | `numpy.random.RandomState(seed).standard_normal((1, channels, height, width))`          |
public enum NoiseGenerator: String, CaseIterable, Codable, Sendable {
  case pytorch
  case pytorchCUDA = "pytorch-cuda"
  case tensorflow, numpy

  /// What the name means, in a few words.
  public var summary: String {
    switch self {
    case .pytorch: "torch.randn on a CPU; ComfyUI's"
    case .pytorchCUDA: "torch.randn on a graphics card; AUTOMATIC1111's"
    case .tensorflow: "tf.random.normal on a CPU; the Keras example's"
    case .numpy: "numpy.random.RandomState"
    }
  }

  /// The seeds that the library takes. Of larger ones PyTorch uses the low 32 bits and TensorFlow the
  /// remainder modulo 2^31 - 1; NumPy refuses them.
  public var seeds: ClosedRange<UInt64> {
    self == .numpy ? 0...UInt64(UInt32.max) : 0...UInt64.max
  }

  /// Noise with variance one, [1, height, width, channels].
  ///
  /// - Parameters:
  ///   - seed: one of `seeds`.
  ///   - draw: 0 for what the library draws first after it was seeded, 1 for what the same call draws next, ...
  public func normals(seed: UInt64, draw: Int, height: Int, width: Int, channels: Int) -> Tensor {
    normals(seed: seed, draws: draw..<draw + 1, height: height, width: width, channels: channels)[0]
  }

  /// The noises of several draws, one after the other from one generator.
  public func normals(seed: UInt64, draws: Range<Int>, height: Int, width: Int, channels: Int) -> [Tensor] {
    precondition(seeds.contains(seed), "The seed \(seed) is not one of \(self.rawValue)'s, \(seeds).")
    precondition(draws.lowerBound >= 0, "Draws are counted from 0, not from \(draws.lowerBound).")
    var source = source(seed: seed)
    let count = height * width * channels
    for _ in 0..<draws.lowerBound { _ = source.normals(count) }
    return draws.map { _ in
      let values = source.normals(count)
      return self == .tensorflow
        ? Tensor(shape: [1, height, width, channels], values: values)
        : Tensor(shape: [1, channels, height, width], values: values).channelsLast()
    }
  }

  private func source(seed: UInt64) -> any NormalSource {
    switch self {
    case .pytorch: PyTorchNoise(seed: seed)
    case .pytorchCUDA: CUDANoise(seed: seed)
    case .tensorflow: TensorFlowNoise(seed: seed)
    case .numpy: NumPyNoise(seed: seed)
    }
  }
}
