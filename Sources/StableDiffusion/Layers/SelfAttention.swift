import Checkpoints
import Tensors

/// Multi-head self-attention: queries, keys and values of the same tokens, in one product, and a projection.
///
/// Vaswani et al., "Attention Is All You Need" (arXiv 1706.03762), section 3.2.
struct SelfAttention {
  private let channels: Int
  private let heads: Int
  private let isCausal: Bool
  private let precision: Precision
  private let queriesKeysValues: Linear
  private let output: Linear

  /// What a checkpoint calls the projections, and whether those of queries, keys and values have a bias.
  struct Naming {
    let inputs: [String]
    let output: String
    let hasBias: Bool

    static let unet = Naming(inputs: ["to_q", "to_k", "to_v"], output: "to_out.0", hasBias: false)
    static let autoencoder = Naming(inputs: ["to_q", "to_k", "to_v"], output: "to_out.0", hasBias: true)
    static let clip = Naming(inputs: ["q_proj", "k_proj", "v_proj"], output: "out_proj", hasBias: true)
  }

  /// - Parameter isCausal: whether a token attends only to itself and those before it.
  init(_ weights: Weights, _ channels: Int, heads: Int, _ naming: Naming, isCausal: Bool = false) throws {
    self.channels = channels
    self.heads = heads
    self.isCausal = isCausal
    precision = weights.packing.precision
    queriesKeysValues = try Linear(
      joining: naming.inputs.map { (weights[$0], channels) }, channels, hasBias: naming.hasBias)
    output = try Linear(weights[naming.output], channels, channels)
  }

  /// [n, tokens, channels] -> the same, with a residual of that shape added.
  /// - Parameter interpolation: of images that attend to others, too.
  func callAsFunction(
    _ x: Tensor, adding residual: Tensor, _ interpolation: AttentionInterpolation? = nil
  ) -> Tensor {
    let qkv = queriesKeysValues(x)
    let attended = interpolation?(qkv, attend: attend) ?? attend(qkv, to: qkv)
    return output(attended, adding: residual)
  }

  /// Queries of some tokens with keys and values of others, [n, tokens, 3 * channels] each -> [n, tokens, channels].
  private func attend(_ x: Tensor, to y: Tensor) -> Tensor {
    let (q, k, v) = (0..<channels, channels..<2 * channels, 2 * channels..<3 * channels)
    return attention(
      x.columns(q), y.columns(k), y.columns(v), heads: heads, isCausal: isCausal, precision: precision)
  }
}
