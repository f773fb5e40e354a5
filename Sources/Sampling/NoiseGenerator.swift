import Tensors

/// A stream of normally distributed numbers that a seed determines.
protocol NormalSource {
  init(seed: UInt64)
  /// The next numbers, as one call of the library draws them.
  mutating func normals(_ count: Int) -> [Float]
}

/// Whose noise is drawn: the same seed gives the same numbers as the named library does on a CPU, and so the
/// same picture.
///
/// | name         | what a program would write                                                        |
/// |--------------|-----------------------------------------------------------------------------------|
/// | `pytorch`    | `torch.manual_seed(seed); torch.randn(1, channels, height, width)`                |
/// | `tensorflow` | `tf.random.normal((1, height, width, channels), seed=seed)`, no global seed        |
/// | `numpy`      | `numpy.random.RandomState(seed).standard_normal((1, channels, height, width))`    |
public enum NoiseGenerator: String, CaseIterable, Codable, Sendable {
  case pytorch, tensorflow, numpy

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
    precondition(seeds.contains(seed), "The seed \(seed) is not one of \(self.rawValue)'s, \(seeds).")
    precondition(draw >= 0, "Draws are counted from 0, not from \(draw).")
    let count = height * width * channels
    let channelsFirst = [1, channels, height, width]
    return switch self {
    case .pytorch:
      Tensor(shape: channelsFirst, values: values(PyTorchNoise.self, seed, draw, count)).channelsLast()
    case .numpy:
      Tensor(shape: channelsFirst, values: values(NumPyNoise.self, seed, draw, count)).channelsLast()
    case .tensorflow:
      Tensor(shape: [1, height, width, channels], values: values(TensorFlowNoise.self, seed, draw, count))
    }
  }

  private func values<Source: NormalSource>(
    _ kind: Source.Type, _ seed: UInt64, _ draw: Int, _ count: Int
  ) -> [Float] {
    var source = Source(seed: seed)
    for _ in 0..<draw { _ = source.normals(count) }
    return source.normals(count)
  }
}
