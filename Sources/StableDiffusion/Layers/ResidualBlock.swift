import Checkpoints
import Tensors

/// Two convolutions around which the input is added again; in the UNet the time enters between them.
///
/// He et al., arXiv 1512.03385; with group norm and SiLU as in DDPM (Ho et al., arXiv 2006.11239, appendix B).
struct ResidualBlock {
  private let norm1: GroupNorm
  private let conv1: Convolution
  private let time: Linear?
  private let norm2: GroupNorm
  private let conv2: Convolution
  private let shortcut: Convolution?

  /// - Parameter timeWidth: the width of the time embedding, or nil for a block without time.
  init(
    _ weights: Weights, _ inputs: Int, _ outputs: Int, timeWidth: Int? = nil, norm: GroupNormDescription
  ) throws {
    norm1 = try GroupNorm(weights["norm1"], inputs, norm)
    conv1 = try Convolution(weights["conv1"], inputs, outputs)
    time = try timeWidth.map { try Linear(weights["time_emb_proj"].inFloat32, $0, outputs) }
    norm2 = try GroupNorm(weights["norm2"], outputs, norm)
    conv2 = try Convolution(weights["conv2"], outputs, outputs)
    shortcut =
      inputs == outputs ? nil : try Convolution(weights["conv_shortcut"], inputs, outputs, .pointwise)
  }

  /// - Parameters:
  ///   - skip: a skip connection, beside `x` in the channels.
  ///   - activatedTime: silu(time embedding), [n, timeWidth].
  func callAsFunction(_ x: Tensor, beside skip: Tensor? = nil, activatedTime: Tensor? = nil) -> Tensor {
    var h = conv1(norm1.silu(x, beside: skip), imageBias: activatedTime.flatMap { time?($0) })
    h = norm2.silu(h)
    return conv2(h, adding: shortcut?(x, beside: skip) ?? x)
  }
}
