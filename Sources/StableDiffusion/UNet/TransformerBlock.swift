import Checkpoints
import Tensors

/// Pixels look at each other, then at the text, then each thinks for itself: [n, tokens, channels].
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
    selfAttention = try SelfAttention(weights["attn1"], channels, heads: heads)
    norm2 = try LayerNorm(weights["norm2"], channels)
    crossAttention = try CrossAttention(weights["attn2"], channels, heads: heads, contextWidth: contextWidth)
    norm3 = try LayerNorm(weights["norm3"], channels)
    feedForward = try FeedForward(weights["ff"], channels)
  }

  func callAsFunction(_ x: Tensor, context: Context) -> Tensor {
    var x = selfAttention(norm1(x), adding: x)
    x = crossAttention(norm2(x), context: context, adding: x)
    return feedForward(norm3(x), adding: x)
  }
}

/// Queries, keys and values from the same tokens, in one product.
private struct SelfAttention {
  let channels: Int
  let heads: Int
  let queriesKeysValues: Linear
  let output: Linear

  init(_ weights: Weights, _ channels: Int, heads: Int) throws {
    self.channels = channels
    self.heads = heads
    queriesKeysValues = try Linear(
      joining: ["to_q", "to_k", "to_v"].map { (weights[$0], channels) }, channels, hasBias: false)
    output = try Linear(weights["to_out"][0], channels, channels)
  }

  func callAsFunction(_ x: Tensor, adding residual: Tensor) -> Tensor {
    let qkv = queriesKeysValues(x)
    let (q, k, v) = (0..<channels, channels..<2 * channels, 2 * channels..<3 * channels)
    return output(attention(qkv.columns(q), qkv.columns(k), qkv.columns(v), heads: heads), adding: residual)
  }
}

/// Queries from the picture, keys and values from the text.
private struct CrossAttention {
  let channels: Int
  let heads: Int
  let queries: Linear
  let keysValues: Linear
  let keysValuesPlace = Context.Place()
  let output: Linear

  init(_ weights: Weights, _ channels: Int, heads: Int, contextWidth: Int) throws {
    self.channels = channels
    self.heads = heads
    queries = try Linear(weights["to_q"], channels, channels, hasBias: false)
    keysValues = try Linear(
      joining: ["to_k", "to_v"].map { (weights[$0], channels) }, contextWidth, hasBias: false)
    output = try Linear(weights["to_out"][0], channels, channels)
  }

  func callAsFunction(_ x: Tensor, context: Context, adding residual: Tensor) -> Tensor {
    let q = queries(x)
    let kv = context.kept(at: keysValuesPlace) { keysValues($0) }
    let (k, v) = (kv.columns(0..<channels), kv.columns(channels..<2 * channels))
    return output(attention(q.columns(0..<channels), k, v, heads: heads), adding: residual)
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
