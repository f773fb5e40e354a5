/// The names of a UNet's layers in the first Stable Diffusion (LDM) and in diffusers. The original's `input_blocks` and
/// `output_blocks` count blocks from the first to the last, where diffusers counts stages and the layers in each:
///
///     input_blocks.4.1.proj_in <-> down_blocks.1.attentions.0.proj_in
///
/// `openaimodel.py` of CompVis/stable-diffusion; the same pairs as diffusers' `convert_ldm_unet_checkpoint`.
package struct LDMUNetNames {
  struct Stage {
    /// The original's blocks with a residual block each; in down blocks, one that only downsamples follows.
    var blocks: Range<Int>
    /// Whether the layers have cross-attention.
    var hasAttention = false
  }

  let down: [Stage]
  let up: [Stage]
  let table: NameTable

  /// The original's name of a layer that diffusers calls so; nil for layers that it does not have.
  package func ldmName(_ diffusers: String) -> String? { table.ldmName(diffusers) }

  /// - Parameter names: all layers of the UNet as diffusers calls them.
  package init(diffusers names: some Collection<String>) {
    func stages(_ blocks: String, first: Int, between: Int) -> [Stage] {
      let conv1 = names.filter { $0.hasPrefix(blocks + ".") && $0.hasSuffix(".conv1") }
      var (stages, next) = ([Stage](), first)
      while true {
        let layers = conv1.count { $0.hasPrefix("\(blocks).\(stages.count).resnets.") }
        guard layers > 0 else { return stages }
        let attention = "\(blocks).\(stages.count).attentions."
        stages.append(
          Stage(blocks: next..<next + layers, hasAttention: names.contains { $0.hasPrefix(attention) }))
        next += layers + between
      }
    }
    self.init(
      down: stages("down_blocks", first: 1, between: 1), up: stages("up_blocks", first: 0, between: 0))
  }

  /// - Parameter shapes: of the UNet's tensors in the original's names.
  init(ldm shapes: TensorShapes) {
    func hasLayer(_ block: String) -> Bool { shapes.contains("\(block).0.in_layers.0.weight") }
    func hasAttention(_ block: String) -> Bool {
      shapes.contains("\(block).1.transformer_blocks.0.norm1.weight")
    }
    var (down, block) = ([Stage(blocks: 1..<1)], 1)
    while true {
      let name = "input_blocks.\(block)"
      if shapes.contains("\(name).0.op.weight") {
        down.append(Stage(blocks: block + 1..<block + 1))
      } else if hasLayer(name) {
        let first = down[down.count - 1].blocks.lowerBound
        down[down.count - 1] = Stage(blocks: first..<block + 1, hasAttention: hasAttention(name))
      } else {
        break
      }
      block += 1
    }
    var (up, first) = ([Stage](), 0)
    block = 0
    while hasLayer("output_blocks.\(block)") {
      let name = "output_blocks.\(block)"
      block += 1
      let isLast = !hasLayer("output_blocks.\(block)")
      guard isLast || [1, 2].contains(where: { shapes.contains("\(name).\($0).conv.weight") }) else {
        continue
      }
      up.append(Stage(blocks: first..<block, hasAttention: hasAttention(name)))
      first = block
    }
    self.init(down: down, up: up)
  }

  private init(down: [Stage], up: [Stage]) {
    (self.down, self.up) = (down, up)
    var table = NameTable([
      "time_embed.0": "time_embedding.linear_1", "time_embed.2": "time_embedding.linear_2",
      "input_blocks.0.0": "conv_in", "out.0": "conv_norm_out", "out.2": "conv_out",
      "middle_block.1": "mid_block.attentions.0",
    ])
    table.add("middle_block.0", "mid_block.resnets.0", layers: Self.residualLayers)
    table.add("middle_block.2", "mid_block.resnets.1", layers: Self.residualLayers)
    for (index, stage) in down.enumerated() {
      table.add(stage, "input_blocks", "down_blocks.\(index)")
      if index < down.count - 1 {
        table.add("input_blocks.\(stage.blocks.upperBound).0.op", "down_blocks.\(index).downsamplers.0.conv")
      }
    }
    for (index, stage) in up.enumerated() {
      table.add(stage, "output_blocks", "up_blocks.\(index)")
      if index < up.count - 1 {
        let layer = stage.hasAttention ? 2 : 1
        table.add("output_blocks.\(stage.blocks.upperBound - 1).\(layer)", "up_blocks.\(index).upsamplers.0")
      }
    }
    self.table = table
  }

  /// What a residual block calls its layers.
  fileprivate static let residualLayers = [
    "in_layers.0": "norm1", "in_layers.2": "conv1", "emb_layers.1": "time_emb_proj", "out_layers.0": "norm2",
    "out_layers.3": "conv2", "skip_connection": "conv_shortcut",
  ]
}

extension NameTable {
  /// The layers of a stage.
  fileprivate mutating func add(_ stage: LDMUNetNames.Stage, _ blocks: String, _ diffusers: String) {
    for (layer, block) in stage.blocks.enumerated() {
      add("\(blocks).\(block).0", "\(diffusers).resnets.\(layer)", layers: LDMUNetNames.residualLayers)
      if stage.hasAttention { add("\(blocks).\(block).1", "\(diffusers).attentions.\(layer)") }
    }
  }
}
