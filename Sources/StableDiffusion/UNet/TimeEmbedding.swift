import Checkpoints
import Foundation
import Tensors

/// The UNet's embedding of the timestep: timesteps become vectors of sines and cosines, then two linear layers.
///
/// Vaswani et al., "Attention Is All You Need", section 3.5, with timesteps as positions:
/// f_k = exp(-ln(10000) k / (half - shift)), [cos(t f), sin(t f)].
struct TimeEmbedding {
  private let width: Int
  private let isCosineFirst: Bool
  private let frequencyShift: Double
  private let linear1: Linear
  private let linear2: Linear

  init(_ weights: Weights, _ description: UNetDescription) throws {
    width = description.channels[0]
    isCosineFirst = description.isCosineFirst
    frequencyShift = description.frequencyShift
    linear1 = try Linear(weights["linear_1"], width, description.timeWidth)
    linear2 = try Linear(weights["linear_2"], description.timeWidth, description.timeWidth)
  }

  /// silu(embedding) for `n` images at the same timestep, [n, timeWidth]: each use begins with that SiLU.
  func activated(timestep: Double, images n: Int) -> Tensor {
    let row = linear2(linear1(waves(timestep), then: .silu), then: .silu)
    return Tensor.batch(Array(repeating: row, count: n))
  }

  /// [1, width]
  private func waves(_ t: Double) -> Tensor {
    let half = width / 2
    // In float32, as diffusers computes them: at t = 999 the rounding of t * f is worth 1e-5.
    let phases = (0..<half).map { k in
      Float(t) * Float(exp(Float(-log(10_000.0) * Double(k) / (Double(half) - frequencyShift))))
    }
    let (cosines, sines) = (phases.map { cos($0) }, phases.map { sin($0) })
    let padding = [Float](repeating: 0, count: width % 2)
    return Tensor(shape: [1, width], values: (isCosineFirst ? cosines + sines : sines + cosines) + padding)
  }
}
