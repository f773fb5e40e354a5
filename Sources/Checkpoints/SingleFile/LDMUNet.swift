/// The UNet of a single file: its configuration, seen from the shapes of tensors with the names of the first Stable
/// Diffusion.
struct LDMUNet {
  let names: NameTable
  /// The fields of a `config.json`.
  let configuration: [String: JSONValue]
  /// Width of the text embedding.
  let contextWidth: Int

  /// Nil for files without such a UNet.
  /// - Parameter heads: of each attention; nil for Stable Diffusion's: 8 with convolutions around the attention (1.x),
  ///   64 channels a head with linear layers there (2.x).
  init?(_ shapes: TensorShapes, heads: Int? = nil, headWidth: Int? = nil) {
    guard shapes.contains("input_blocks.0.0.weight"), shapes.contains("out.2.weight") else { return nil }
    let layout = LDMUNetNames(ldm: shapes)
    names = layout.table
    let down = layout.down.map { Stage($0, shapes) }
    let middle = "middle_block.1"
    let midDepth = shapes.count { "\(middle).transformer_blocks.\($0).norm1.weight" }
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
      "down_block_types": .list(layout.down.map { $0.hasAttention ? "CrossAttnDownBlock2D" : "DownBlock2D" }),
      "up_block_types": .list(layout.up.map { $0.hasAttention ? "CrossAttnUpBlock2D" : "UpBlock2D" }),
      // The last stage's number is the mid block's too.
      "transformer_layers_per_block": .list(
        (down.dropLast().map(\.depth) + [midDepth]).map { .integer(max(1, $0)) }),
      "attention_head_dim": .list(headCounts.map { .integer($0) }),
      "cross_attention_dim": .integer(contextWidth),
      "use_linear_projection": .flag(isLinear),
    ]
  }

  /// The sizes of a down block, which are those of its last layer.
  private struct Stage {
    let channels: Int
    let layers: Int
    /// Transformer blocks in a layer; 0 for a stage without cross-attention.
    let depth: Int

    init(_ names: LDMUNetNames.Stage, _ shapes: TensorShapes) {
      let last = "input_blocks.\(names.blocks.upperBound - 1)"
      channels = shapes.size("\(last).0.out_layers.3.weight", 0)
      layers = names.blocks.count
      depth = shapes.count { "\(last).1.transformer_blocks.\($0).norm1.weight" }
    }
  }
}
