/// The UNet in the names of the first Stable Diffusion: `input_blocks` and `output_blocks` count layers from the first to the last, where
/// diffusers counts stages and the layers in each. The sizes are seen from the shapes.
///
/// `openaimodel.py` of CompVis/stable-diffusion; the same pairs as diffusers' `convert_ldm_unet_checkpoint`.
struct LDMUNet {
  private(set) var moves = NameMoves([
    "time_embed.0": "time_embedding.linear_1", "time_embed.2": "time_embedding.linear_2",
    "input_blocks.0.0": "conv_in", "out.0": "conv_norm_out", "out.2": "conv_out",
    "middle_block.1": "mid_block.attentions.0",
  ])
  /// The fields of a `config.json`.
  private(set) var configuration: [String: JSONValue] = [:]
  /// Width of the text embedding.
  let contextWidth: Int

  /// What a residual block calls its layers.
  private static let residualLayers = [
    "in_layers.0": "norm1", "in_layers.2": "conv1", "emb_layers.1": "time_emb_proj", "out_layers.0": "norm2",
    "out_layers.3": "conv2", "skip_connection": "conv_shortcut",
  ]

  private struct Stage {
    var channels = 0
    var layers = 0
    /// Transformer blocks in each layer; 0 where the stage does not see the text.
    var depth = 0
  }

  /// Nil for files without such a UNet.
  /// - Parameter heads: of each attention; nil for Stable Diffusion's: 8 with convolutions around the attention (1.x), 64 channels a
  ///   head with linear layers there (2.x).
  init?(_ shapes: TensorShapes, heads: Int? = nil, headWidth: Int? = nil) {
    guard shapes.contains("input_blocks.0.0.weight"), shapes.contains("out.2.weight") else { return nil }
    moves.move("middle_block.0", to: "mid_block.resnets.0", layers: Self.residualLayers)
    moves.move("middle_block.2", to: "mid_block.resnets.1", layers: Self.residualLayers)

    let down = Self.wayDown(shapes, &moves)
    let up = Self.wayUp(shapes, &moves)
    let middle = "middle_block.1"
    contextWidth = shapes.size("\(middle).transformer_blocks.0.attn2.to_k.weight", 1)
    let isLinear = shapes.dimensions("\(middle).proj_in.weight") == 2
    let headCounts = down.map { stage in
      heads ?? (headWidth ?? (isLinear ? 64 : nil)).map { max(1, stage.channels / $0) } ?? 8
    }
    configuration = [
      "_class_name": "UNet2DConditionModel",
      "in_channels": .integer(shapes.size("input_blocks.0.0.weight", 1)),
      "out_channels": .integer(shapes.size("out.2.weight", 0)),
      "block_out_channels": .list(down.map { .integer($0.channels) }),
      "layers_per_block": .list(down.map { .integer($0.layers) }),
      "down_block_types": .list(down.map { $0.depth > 0 ? "CrossAttnDownBlock2D" : "DownBlock2D" }),
      "up_block_types": .list(up.map { $0.depth > 0 ? "CrossAttnUpBlock2D" : "UpBlock2D" }),
      "transformer_layers_per_block": .list(
        down.enumerated().map { index, stage in
          // The last stage's number is the middle's too.
          let middleDepth = shapes.count { "\(middle).transformer_blocks.\($0).norm1.weight" }
          return .integer(max(1, index == down.count - 1 ? middleDepth : stage.depth))
        }),
      "attention_head_dim": .list(headCounts.map { .integer($0) }),
      "cross_attention_dim": .integer(contextWidth),
      "use_linear_projection": .flag(isLinear),
    ]
  }

  /// The stages on the way down; notes the names of their layers.
  private static func wayDown(_ shapes: TensorShapes, _ moves: inout NameMoves) -> [Stage] {
    var down = [Stage()]
    var block = 1
    while true {
      let (old, stage) = ("input_blocks.\(block)", down.count - 1)
      if shapes.contains("\(old).0.op.weight") {
        moves["\(old).0.op"] = "down_blocks.\(stage).downsamplers.0.conv"
        down.append(Stage())
      } else if shapes.contains("\(old).0.in_layers.0.weight") {
        moves.move(
          "\(old).0", to: "down_blocks.\(stage).resnets.\(down[stage].layers)", layers: residualLayers)
        moves["\(old).1"] = "down_blocks.\(stage).attentions.\(down[stage].layers)"
        down[stage].channels = shapes.size("\(old).0.out_layers.3.weight", 0)
        down[stage].depth = shapes.count { "\(old).1.transformer_blocks.\($0).norm1.weight" }
        down[stage].layers += 1
      } else {
        break
      }
      block += 1
    }
    return down
  }

  /// The stages on the way up, likewise.
  private static func wayUp(_ shapes: TensorShapes, _ moves: inout NameMoves) -> [Stage] {
    var up = [Stage()]
    var block = 0
    while shapes.contains("output_blocks.\(block).0.in_layers.0.weight") {
      let (old, stage) = ("output_blocks.\(block)", up.count - 1)
      moves.move(
        "\(old).0", to: "up_blocks.\(stage).resnets.\(up[stage].layers)", layers: residualLayers)
      moves["\(old).1"] = "up_blocks.\(stage).attentions.\(up[stage].layers)"
      up[stage].depth = shapes.count { "\(old).1.transformer_blocks.\($0).norm1.weight" }
      up[stage].layers += 1
      for place in 1...2 where shapes.contains("\(old).\(place).conv.weight") {
        moves["\(old).\(place)"] = "up_blocks.\(stage).upsamplers.0"
        up.append(Stage())
      }
      block += 1
    }
    return up
  }
}
