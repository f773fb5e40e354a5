import Checkpoints
import Tensors

/// Goes between pixels and latents: a picture is eight times as high and wide as its latents.
///
/// Kingma & Welling, arXiv 1312.6114; this one is Esser et al.'s, arXiv 2012.09841, as Rombach et al. use it.
///
///     let pixels = autoencoder.decode(latents)       // [n, h, w, 4] -> [n, 8h, 8w, 3] in about -1 ... 1
public struct Autoencoder {
  public let description: AutoencoderDescription
  private let decoder: Decoder
  private let encoder: Encoder

  public init(_ weights: Weights, _ description: AutoencoderDescription) throws {
    self.description = description
    decoder = try Decoder(weights, description)
    encoder = try Encoder(weights, description)
  }

  /// - Parameter latents: as the UNet leaves them, [n, h, w, latentChannels].
  /// - Returns: [n, h * factor, w * factor, 3], red, green and blue in about -1 ... 1.
  public func decode(_ latents: Tensor) -> Tensor {
    decoder((1 / description.scalingFactor) * latents)
  }

  /// The mean of the latents' distribution, scaled for the UNet.
  /// - Parameter pixels: [n, h, w, 3] in -1 ... 1; h and w are multiples of `description.factor`.
  /// - Returns: [n, h / factor, w / factor, latentChannels]
  public func encodeMean(_ pixels: Tensor) -> Tensor {
    description.scalingFactor * encoder(pixels).firstChannels(description.latentChannels)
  }
}

/// Latents to pixels.
private struct Decoder {
  let postQuant: Convolution?
  let convIn: Convolution
  let middle: AutoencoderMiddle
  let stages: [(blocks: [ResidualBlock], doubling: Convolution?)]
  let normOut: GroupNorm
  let convOut: Convolution

  init(_ weights: Weights, _ description: AutoencoderDescription) throws {
    let decoder = weights["decoder"]
    let (groups, epsilon, latents) = (
      description.normGroups, description.normEpsilon, description.latentChannels
    )
    var channels = description.channels.reversed()[0]
    postQuant =
      description.hasPostQuantConvolution
      ? try Convolution(weights["post_quant_conv"], latents, latents, .pointwise) : nil
    convIn = try Convolution(decoder["conv_in"], latents, channels)
    middle = try AutoencoderMiddle(decoder["mid_block"], channels, description)
    stages = try description.channels.reversed().enumerated().map { index, outputs in
      let stage = decoder["up_blocks"][index]
      let blocks = try (0...description.layers).map { layer in
        defer { channels = outputs }
        return try ResidualBlock(
          stage["resnets"][layer], channels, outputs, groups: groups, epsilon: epsilon)
      }
      let isLast = index == description.channels.count - 1
      let doubling =
        isLast ? nil : try Convolution(stage["upsamplers"][0]["conv"], outputs, outputs, .doubling)
      return (blocks, doubling)
    }
    normOut = try GroupNorm(decoder["conv_norm_out"], channels, groups: groups, epsilon: epsilon)
    convOut = try Convolution(decoder["conv_out"], channels, 3)
  }

  func callAsFunction(_ latents: Tensor) -> Tensor {
    var h = convIn(postQuant?(latents) ?? latents)
    h = middle(h)
    for (blocks, doubling) in stages {
      for block in blocks { h = block(h) }
      h = doubling?(h) ?? h
    }
    return convOut(normOut.silu(h))
  }
}

/// Pixels to the means and log variances of latents.
private struct Encoder {
  let convIn: Convolution
  let stages: [(blocks: [ResidualBlock], halving: Convolution?)]
  let middle: AutoencoderMiddle
  let normOut: GroupNorm
  let convOut: Convolution
  let quant: Convolution?

  init(_ weights: Weights, _ description: AutoencoderDescription) throws {
    let encoder = weights["encoder"]
    let (groups, epsilon, moments) = (
      description.normGroups, description.normEpsilon, 2 * description.latentChannels
    )
    var channels = description.channels[0]
    convIn = try Convolution(encoder["conv_in"], 3, channels)
    stages = try description.channels.enumerated().map { index, outputs in
      let stage = encoder["down_blocks"][index]
      let blocks = try (0..<description.layers).map { layer in
        defer { channels = outputs }
        return try ResidualBlock(
          stage["resnets"][layer], channels, outputs, groups: groups, epsilon: epsilon)
      }
      let isLast = index == description.channels.count - 1
      let halving =
        isLast ? nil : try Convolution(stage["downsamplers"][0]["conv"], outputs, outputs, .halvingOneSided)
      return (blocks, halving)
    }
    middle = try AutoencoderMiddle(encoder["mid_block"], channels, description)
    normOut = try GroupNorm(encoder["conv_norm_out"], channels, groups: groups, epsilon: epsilon)
    convOut = try Convolution(encoder["conv_out"], channels, moments)
    quant =
      description.hasQuantConvolution
      ? try Convolution(weights["quant_conv"], moments, moments, .pointwise) : nil
  }

  func callAsFunction(_ pixels: Tensor) -> Tensor {
    var h = convIn(pixels)
    for (blocks, halving) in stages {
      for block in blocks { h = block(h) }
      h = halving?(h) ?? h
    }
    h = convOut(normOut.silu(middle(h)))
    return quant?(h) ?? h
  }
}
