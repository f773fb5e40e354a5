import Checkpoints
import Tensors

/// The sizes of a UNet, from its `config.json`. A field that needs arithmetic which LatentWalk does not have is an
/// error.
public struct UNetDescription: Sendable, Hashable {
  /// Channels of the input latents and of the model output: 4 and 4.
  public let latentChannels: Int
  public let outputChannels: Int
  /// The latents' height and width for which the model was trained: 64 for SD 1.x.
  public let sampleSize: Int
  /// Width of the text embedding: 768 for SD 1.x.
  public let contextWidth: Int
  /// Channels of each stage: 320, 640, 1280, 1280 for SD 1.x.
  let channels: [Int]
  let down: [Stage]
  let middle: MiddleStage
  let up: [Stage]
  let norm: GroupNormDescription
  let isCosineFirst: Bool
  let frequencyShift: Double

  /// Width of the time embedding.
  var timeWidth: Int { 4 * channels[0] }

  /// An upper bound of what an evaluation allocates for the activations of one image, in bytes, for latents of `pixels`
  /// pixels: the skip connections, and the widest layer three times over.
  public func activationBytes(pixels: Int) -> Int {
    let skips = zip(0..., down).map { level, stage in stage.skipChannels.reduce(0, +) * pixels >> (2 * level)
    }
    return 4 * (skips.reduce(0, +) + 3 * 8 * channels[0] * pixels)
  }

  /// An upper bound of what the kernels' workspaces take with the threads in use now, in bytes, whatever the batch.
  public var workspaceBytes: Int {
    let most = channels.max() ?? 0
    // Up blocks concatenate a skip connection to their input.
    return PackedWeights.convolutionWorkspaceBytes(
      inputs: 2 * most, outputs: most, threads: Engine.threadCount)
  }

  struct Attention: Sendable, Hashable {
    let heads: Int
    /// Transformer blocks in a row.
    let depth: Int
  }

  struct Stage: Sendable, Hashable {
    let channels: Int
    let layers: Int
    /// nil for a stage without attention.
    let attention: Attention?
    /// Whether the stage ends with a downsampling or upsampling convolution.
    let changesSize: Bool

    /// Channels of the skip connections of a down block.
    var skipChannels: [Int] { Array(repeating: channels, count: layers + (changesSize ? 1 : 0)) }
  }

  struct MiddleStage: Sendable, Hashable {
    let channels: Int
    let attention: Attention
  }
}

extension UNetDescription {
  public init(_ configuration: Configuration) throws {
    try Self.refuseUnsupported(configuration)
    let channels = try configuration.integers("block_out_channels", default: [320, 640, 1280, 1280])
    let stages = channels.count
    let layers = try configuration.integerOrIntegers("layers_per_block", count: stages, default: 2)
    let attentions = try Self.attentions(configuration, channels)
    let (downAttention, upAttention) = ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D")
    let downAttends = try configuration.blockTypes(
      "down_block_types", stages: stages, accepted: [downAttention, "DownBlock2D"],
      default: Array(repeating: downAttention, count: 3) + ["DownBlock2D"]
    ).map { $0 == downAttention }
    let upAttends = try configuration.blockTypes(
      "up_block_types", stages: stages, accepted: [upAttention, "UpBlock2D"],
      default: ["UpBlock2D"] + Array(repeating: upAttention, count: 3)
    ).map { $0 == upAttention }

    self.channels = channels
    down = (0..<stages).map { i in
      Stage(
        channels: channels[i], layers: layers[i],
        attention: downAttends[i] ? attentions[i] : nil,
        changesSize: i < stages - 1)
    }
    middle = MiddleStage(channels: channels[stages - 1], attention: attentions[stages - 1])
    up = zip((0..<stages).reversed(), upAttends).map { i, attends in
      Stage(
        channels: channels[i], layers: layers[i] + 1,
        attention: attends ? attentions[i] : nil, changesSize: i > 0)
    }
    latentChannels = try configuration.integer("in_channels", default: 4)
    outputChannels = try configuration.integer("out_channels", default: 4)
    sampleSize = try configuration.integer("sample_size", default: 64)
    contextWidth = try configuration.integer("cross_attention_dim", default: 1280)
    norm = GroupNormDescription(
      groups: try configuration.normGroups(dividing: channels),
      epsilon: Float(try configuration.number("norm_eps", default: 1e-5)))
    isCosineFirst = try configuration.flag("flip_sin_to_cos", default: true)
    frequencyShift = try configuration.number("freq_shift", default: 0)
    // What is left may change the arithmetic, except these: training, the precision of other programs, and the shape in
    // which projections are stored.
    try configuration.requireNothingElse(ignoring: [
      "use_linear_projection", "dropout", "upcast_attention", "addition_embed_type_num_heads",
    ])
  }

  /// The attention of each stage that has one, and of the mid block, which takes the last.
  private static func attentions(_ configuration: Configuration, _ channels: [Int]) throws -> [Attention] {
    let depths = try configuration.integerOrIntegers(
      "transformer_layers_per_block", count: channels.count, default: 1)
    // In diffusers' configs of these models, `attention_head_dim` is the number of heads.
    let headsKey = configuration.isNull("num_attention_heads") ? "attention_head_dim" : "num_attention_heads"
    let heads = try configuration.integerOrIntegers(headsKey, count: channels.count, default: 8)
    for (channels, heads) in zip(channels, heads) where channels % heads != 0 {
      throw configuration.refusal(
        headsKey, "\(heads)", accepted: "a divisor of the stage's \(channels) channels")
    }
    return zip(heads, depths).map { Attention(heads: $0, depth: $1) }
  }

  /// Fields that change the arithmetic in ways LatentWalk does not know must have the value that it does know.
  private static func refuseUnsupported(_ configuration: Configuration) throws {
    try configuration.require("act_fn", oneOf: ["silu", "swish"])
    try configuration.require("mid_block_type", oneOf: ["UNetMidBlock2DCrossAttn"])
    try configuration.require("resnet_time_scale_shift", oneOf: ["default"])
    try configuration.require("time_embedding_type", oneOf: ["positional"])
    try configuration.require("attention_type", oneOf: ["default"])
    for key in ["conv_in_kernel", "conv_out_kernel"] { try configuration.require(key, equals: 3) }
    for key in ["downsample_padding", "mid_block_scale_factor", "resnet_out_scale_factor"] {
      try configuration.require(key, equals: 1)
    }
    for key in [
      "center_input_sample", "dual_cross_attention", "only_cross_attention", "mid_block_only_cross_attention",
      "resnet_skip_time_act", "class_embeddings_concat",
    ] { try configuration.require(key, equals: false) }
  }
}
