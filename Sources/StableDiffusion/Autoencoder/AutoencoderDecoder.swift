import Checkpoints
import Tensors

/// From latents back to pixels: the second half of `AutoencoderKL`.
struct AutoencoderDecoder: LatentDecoder {
  private let scalingFactor: Float
  private let postQuant: Convolution?
  private let convIn: Convolution
  private let middle: AutoencoderMiddle
  private let stages: [(blocks: [ResidualBlock], upsampling: Convolution?)]
  private let normOut: GroupNorm
  private let convOut: Convolution

  init(_ weights: Weights, _ description: AutoencoderDescription) throws {
    let decoder = weights["decoder"]
    let latents = description.latentChannels
    var channels = description.channels.reversed()[0]
    scalingFactor = description.scalingFactor
    postQuant =
      description.hasPostQuantConvolution
      ? try Convolution(weights["post_quant_conv"], latents, latents, .pointwise) : nil
    convIn = try Convolution(decoder["conv_in"], latents, channels)
    middle = try AutoencoderMiddle(decoder["mid_block"], channels, description)
    stages = try description.channels.reversed().enumerated().map { index, outputs in
      let stage = decoder["up_blocks"][index]
      let blocks = try (0...description.layers).map { layer in
        defer { channels = outputs }
        return try ResidualBlock(stage["resnets"][layer], channels, outputs, norm: description.norm)
      }
      let isLast = index == description.channels.count - 1
      let upsampling =
        isLast ? nil : try Convolution(stage["upsamplers"][0]["conv"], outputs, outputs, .upsample)
      return (blocks, upsampling)
    }
    normOut = try GroupNorm(decoder["conv_norm_out"], channels, description.norm)
    convOut = try Convolution(decoder["conv_out"], channels, 3)
  }

  func callAsFunction(_ latents: Tensor) -> Tensor {
    let latents = (1 / scalingFactor) * latents
    var h = convIn(postQuant?(latents) ?? latents)
    h = middle(h)
    for (blocks, upsampling) in stages {
      for block in blocks { h = block(h) }
      h = upsampling?(h) ?? h
    }
    return convOut(normOut.silu(h))
  }
}
