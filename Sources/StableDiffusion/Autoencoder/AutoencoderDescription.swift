import Checkpoints
import Tensors

/// The sizes of an autoencoder, as its `config.json` states them.
public struct AutoencoderDescription: Sendable, Hashable {
  public let latentChannels: Int
  /// Latents are this many times as large in the UNet as the autoencoder's own: 0.18215 for SD 1.x.
  public let scalingFactor: Float
  /// Channels of each stage, from the pixels to the latents: 128, 256, 512, 512 for SD 1.x.
  let channels: [Int]
  /// Residual blocks in a stage of the encoder; a stage of the decoder has one more.
  let layers: Int
  let norm: GroupNormDescription
  let attends: Bool
  let hasQuantConvolution: Bool
  let hasPostQuantConvolution: Bool

  /// Pixels to a latent in each direction: 8 for SD 1.x.
  public var factor: Int { 1 << (channels.count - 1) }
  private static let normEpsilon: Float = 1e-6

  public init(_ configuration: Configuration) throws {
    let channels = try configuration.integers("block_out_channels", default: [64])
    let stages = channels.count
    for (key, block) in [("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")] {
      _ = try configuration.blockTypes(
        key, stages: stages, accepted: [block], default: Array(repeating: block, count: stages))
    }
    try configuration.require("act_fn", oneOf: ["silu", "swish"])
    try configuration.require("in_channels", equals: 3)
    try configuration.require("out_channels", equals: 3)

    self.channels = channels
    norm = GroupNormDescription(
      groups: try configuration.normGroups(dividing: channels), epsilon: Self.normEpsilon)
    latentChannels = try configuration.integer("latent_channels", default: 4)
    let scale = try configuration.number("scaling_factor", default: 0.18215)
    guard 1e-6...1e6 ~= scale else {
      throw configuration.refusal("scaling_factor", "\(scale)", accepted: "numbers from 1e-6 to 1e6")
    }
    scalingFactor = Float(scale)
    layers = try configuration.integer("layers_per_block", default: 1)
    attends = try configuration.flag("mid_block_add_attention", default: true)
    hasQuantConvolution = try configuration.flag("use_quant_conv", default: true)
    hasPostQuantConvolution = try configuration.flag("use_post_quant_conv", default: true)
    // What is left may change the arithmetic, except these: the training size, and the precision of other programs.
    try configuration.requireNothingElse(ignoring: ["sample_size", "force_upcast"])
  }
}

extension AutoencoderDescription {
  /// The sizes of an autoencoder without configuration, as the shapes of its tensors show them. What they do not show,
  /// the groups of the norms and the scale of the latents, is as in another autoencoder for the same latents.
  /// - Returns: nil for the weights of something else.
  init?(_ weights: Weights, like other: AutoencoderDescription) {
    let decoder = weights["decoder"]
    let stages = (0...).prefix { decoder["up_blocks"][$0]["resnets"][0].contains("conv1.weight") }
    let channels = stages.reversed().compactMap {
      decoder["up_blocks"][$0]["resnets"][0].shape("conv1.weight")?.first
    }
    guard !channels.isEmpty, channels.allSatisfy({ $0 > 0 && $0 % other.norm.groups == 0 }),
      let latentChannels = decoder.shape("conv_in.weight")?.dropFirst().first
    else { return nil }
    self.channels = channels
    self.latentChannels = latentChannels
    scalingFactor = other.scalingFactor
    layers = (0...).prefix { decoder["up_blocks"][0]["resnets"][$0].contains("conv1.weight") }.count - 1
    norm = other.norm
    attends = decoder["mid_block"]["attentions"][0].contains("group_norm.weight")
    hasQuantConvolution = weights.contains("quant_conv.weight")
    hasPostQuantConvolution = weights.contains("post_quant_conv.weight")
  }
}

extension AutoencoderDescription {
  /// An upper bound of what encoding or decoding one picture allocates, in bytes: four tensors of the widest layer, and
  /// the workspace of its convolution with the threads in use now.
  public func activationBytes(latentPixels: Int) -> Int {
    let pixels = latentPixels * factor * factor
    let widest = channels.indices.map { level in
      // In the decoder a stage begins with the channels of the one before it.
      max(channels[level], level + 1 < channels.count ? channels[level + 1] : 0) * pixels >> (2 * level)
    }
    let most = channels.max() ?? 0
    return 4 * 4 * (widest.max() ?? 0)
      + PackedWeights.convolutionWorkspaceBytes(inputs: most, outputs: most, threads: Engine.threadCount)
  }
}
