import Checkpoints
import Tensors

/// Self-attention, cross-attention to the text, feed-forward (GEGLU), each around a residual connection: [n, tokens,
/// channels].
///
/// Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models" (arXiv 2112.10752), section 3.3.
struct TransformerBlock {
  private let norm1: LayerNorm
  private let selfAttention: SelfAttention
  private let norm2: LayerNorm
  private let crossAttention: CrossAttention
  private let norm3: LayerNorm
  private let feedForward: FeedForward

  init(_ weights: Weights, _ channels: Int, heads: Int, contextWidth: Int) throws {
    norm1 = try LayerNorm(weights["norm1"], channels)
    selfAttention = try SelfAttention(weights["attn1"], channels, heads: heads, .unet)
    norm2 = try LayerNorm(weights["norm2"], channels)
    crossAttention = try CrossAttention(weights["attn2"], channels, heads: heads, contextWidth: contextWidth)
    norm3 = try LayerNorm(weights["norm3"], channels)
    feedForward = try FeedForward(weights["ff"], channels)
  }

  func callAsFunction(_ x: Tensor, _ session: UNetSession) -> Tensor {
    var x = selfAttention(norm1(x), adding: x, session.attention)
    x = crossAttention(norm2(x), session, adding: x)
    return feedForward(norm3(x), adding: x)
  }
}

/// Multi-head attention with queries from the picture, keys and values from the text.
private struct CrossAttention {
  let channels: Int
  let heads: Int
  let precision: Precision
  let queries: Linear
  let keysValues: Linear
  let output: Linear
  /// The layer's name in the checkpoint.
  let name: String

  init(_ weights: Weights, _ channels: Int, heads: Int, contextWidth: Int) throws {
    self.channels = channels
    self.heads = heads
    precision = weights.packing.precision
    queries = try Linear(weights["to_q"], channels, channels, hasBias: false)
    keysValues = try Linear(
      joining: ["to_k", "to_v"].map { (weights[$0], channels) }, contextWidth, hasBias: false)
    output = try Linear(weights["to_out"][0], channels, channels)
    name = weights.prefix
  }

  func callAsFunction(_ x: Tensor, _ session: UNetSession, adding residual: Tensor) -> Tensor {
    let q = queries(x)
    let kv = session.keysValues(of: name) { keysValues($0) }
    let (k, v) = (kv.columns(0..<channels), kv.columns(channels..<2 * channels))
    let attended = attention(q.columns(0..<channels), k, v, heads: heads, precision: precision)
    return output(attended, adding: residual)
  }
}

/// A gated multi-layer perceptron, four times as wide inside.  Shazeer, "GLU Variants" (arXiv 2002.05202).
private struct FeedForward {
  let gate: Linear
  let output: Linear

  init(_ weights: Weights, _ channels: Int) throws {
    gate = try Linear(weights["net"][0]["proj"], channels, 8 * channels, isGated: true)
    output = try Linear(weights["net"][2], 4 * channels, channels)
  }

  func callAsFunction(_ x: Tensor, adding residual: Tensor) -> Tensor {
    output(gate(x, then: .geglu), adding: residual)
  }
}
