import Checkpoints
import Tensors

/// The middle of encoder and decoder, where every latent sees every other: [n, h, w, channels].
struct AutoencoderMiddle {
  private let first: ResidualBlock
  private let attention: PixelAttention?
  private let second: ResidualBlock

  init(_ weights: Weights, _ channels: Int, _ description: AutoencoderDescription) throws {
    let block = { (index: Int) in
      try ResidualBlock(
        weights["resnets"][index], channels, channels, groups: description.normGroups,
        epsilon: description.normEpsilon)
    }
    first = try block(0)
    attention =
      description.attends ? try PixelAttention(weights["attentions"][0], channels, description) : nil
    second = try block(1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let h = first(x)
    return second(attention?(h) ?? h)
  }
}

/// Attention with one head over the pixels of a picture.
private struct PixelAttention {
  let channels: Int
  let norm: GroupNorm
  let queriesKeysValues: Linear
  let output: Linear

  init(_ weights: Weights, _ channels: Int, _ description: AutoencoderDescription) throws {
    self.channels = channels
    norm = try GroupNorm(
      weights["group_norm"], channels, groups: description.normGroups, epsilon: description.normEpsilon)
    queriesKeysValues = try Linear(
      joining: ["to_q", "to_k", "to_v"].map { (weights[$0], channels) }, channels, hasBias: true)
    output = try Linear(weights["to_out"][0], channels, channels)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (n, h, w, c) = x.shape4
    let qkv = queriesKeysValues(norm(x).reshaped([n, h * w, c]))
    let attended = attention(
      qkv.columns(0..<c), qkv.columns(c..<2 * c), qkv.columns(2 * c..<3 * c), heads: 1)
    return output(attended.reshaped([n, h, w, c]), adding: x)
  }
}
