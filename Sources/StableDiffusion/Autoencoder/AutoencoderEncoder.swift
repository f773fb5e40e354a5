import Checkpoints
import Glibc
import Tensors

/// From pixels to a distribution of latents: the first half of `AutoencoderKL`.
struct AutoencoderEncoder: PictureEncoder {
  private let description: AutoencoderDescription
  private let convIn: Convolution
  private let stages: [(blocks: [ResidualBlock], downsampling: Convolution?)]
  private let middle: AutoencoderMiddle
  private let normOut: GroupNorm
  private let convOut: Convolution
  private let quant: Convolution?

  init(_ weights: Weights, _ description: AutoencoderDescription) throws {
    self.description = description
    let encoder = weights["encoder"]
    let moments = 2 * description.latentChannels
    var channels = description.channels[0]
    convIn = try Convolution(encoder["conv_in"], 3, channels)
    stages = try description.channels.enumerated().map { index, outputs in
      let stage = encoder["down_blocks"][index]
      let blocks = try (0..<description.layers).map { layer in
        defer { channels = outputs }
        return try ResidualBlock(stage["resnets"][layer], channels, outputs, norm: description.norm)
      }
      let isLast = index == description.channels.count - 1
      let downsampling =
        isLast
        ? nil : try Convolution(stage["downsamplers"][0]["conv"], outputs, outputs, .downsampleOneSided)
      return (blocks, downsampling)
    }
    middle = try AutoencoderMiddle(encoder["mid_block"], channels, description)
    normOut = try GroupNorm(encoder["conv_norm_out"], channels, description.norm)
    convOut = try Convolution(encoder["conv_out"], channels, moments)
    quant =
      description.hasQuantConvolution
      ? try Convolution(weights["quant_conv"], moments, moments, .pointwise) : nil
  }

  func callAsFunction(_ pixels: Tensor) -> LatentDistribution {
    let (moments, c) = (moments(pixels), description.latentChannels)
    // The bounds are those of the training's code.
    let deviation = moments.channels(c..<2 * c).mapped { exp(0.5 * min(20, max(-30, $0))) }
    return LatentDistribution(
      mean: description.scalingFactor * moments.channels(0..<c),
      deviation: description.scalingFactor * deviation)
  }

  /// The means of the latents and the logarithms of their variances, in the autoencoder's own scale.
  private func moments(_ pixels: Tensor) -> Tensor {
    var h = convIn(pixels)
    for (blocks, downsampling) in stages {
      for block in blocks { h = block(h) }
      h = downsampling?(h) ?? h
    }
    h = convOut(normOut.silu(middle(h)))
    return quant?(h) ?? h
  }
}
