import Checkpoints
import Tensors

/// The mid block of encoder and decoder, with self-attention over all positions: [n, h, w, channels].
struct AutoencoderMiddle {
  private let first: ResidualBlock
  private let attention: PixelAttention?
  private let second: ResidualBlock

  init(_ weights: Weights, _ channels: Int, _ description: AutoencoderDescription) throws {
    let block = { (index: Int) in
      try ResidualBlock(
        weights["resnets"][index], channels, channels, norm: description.norm)
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

/// Self-attention with one head over the pixels of a picture.
private struct PixelAttention {
  let norm: GroupNorm
  let selfAttention: SelfAttention

  init(_ weights: Weights, _ channels: Int, _ description: AutoencoderDescription) throws {
    norm = try GroupNorm(weights["group_norm"], channels, description.norm)
    selfAttention = try SelfAttention(weights, channels, heads: 1, .autoencoder)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (n, h, w, c) = x.shape4
    let tokens = [n, h * w, c]
    return selfAttention(norm(x).reshaped(tokens), adding: x.reshaped(tokens)).reshaped([n, h, w, c])
  }
}
