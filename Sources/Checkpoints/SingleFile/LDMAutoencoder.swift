/// The autoencoder in the names of the first Stable Diffusion: `down`, `up` and `mid`, with the up blocks counted
/// from the pixels, where diffusers counts them from the latents.
///
/// `model.py` of CompVis/latent-diffusion; the same pairs as diffusers' `convert_ldm_vae_checkpoint`.
struct LDMAutoencoder {
  private(set) var names = NameTable([
    "quant_conv": "quant_conv", "post_quant_conv": "post_quant_conv",
  ])
  private(set) var configuration: [String: JSONValue] = [:]

  private static let attentionLayers = [
    "norm": "group_norm", "q": "to_q", "k": "to_k", "v": "to_v", "proj_out": "to_out.0",
  ]

  /// Nil for files without such a decoder.
  init?(_ shapes: TensorShapes) {
    guard shapes.contains("decoder.up.0.block.0.norm1.weight"), shapes.contains("decoder.conv_in.weight")
    else { return nil }
    let stages = shapes.count { "decoder.up.\($0).block.0.norm1.weight" }
    for (half, direction) in [("encoder", "down"), ("decoder", "up")] {
      for layer in ["conv_in", "conv_out"] { names.add("\(half).\(layer)", "\(half).\(layer)") }
      names.add("\(half).norm_out", "\(half).conv_norm_out")
      names.add("\(half).mid.block_1", "\(half).mid_block.resnets.0")
      names.add("\(half).mid.block_2", "\(half).mid_block.resnets.1")
      names.add("\(half).mid.attn_1", "\(half).mid_block.attentions.0", layers: Self.attentionLayers)
      for stage in 0..<stages {
        let old = "\(half).\(direction).\(stage)"
        let new = "\(half).\(direction)_blocks.\(direction == "up" ? stages - 1 - stage : stage)"
        for layer in 0..<shapes.count({ "\(old).block.\($0).norm1.weight" }) {
          names.add(
            "\(old).block.\(layer)", "\(new).resnets.\(layer)", layers: ["nin_shortcut": "conv_shortcut"])
        }
        names.add("\(old).downsample", "\(new).downsamplers.0")
        names.add("\(old).upsample", "\(new).upsamplers.0")
      }
    }
    configuration = [
      "_class_name": "AutoencoderKL",
      "latent_channels": .integer(shapes.size("decoder.conv_in.weight", 1)),
      "block_out_channels": .list(
        (0..<stages).map { .integer(shapes.size("decoder.up.\($0).block.0.conv2.weight", 0)) }),
      "layers_per_block": .integer(shapes.count { "decoder.up.0.block.\($0).norm1.weight" } - 1),
      "down_block_types": .list(Array(repeating: "DownEncoderBlock2D", count: stages)),
      "up_block_types": .list(Array(repeating: "UpDecoderBlock2D", count: stages)),
      "mid_block_add_attention": .flag(shapes.contains("decoder.mid.attn_1.q.weight")),
      "use_quant_conv": .flag(shapes.contains("quant_conv.weight")),
      "use_post_quant_conv": .flag(shapes.contains("post_quant_conv.weight")),
    ]
  }

  /// The names for a file that has such an autoencoder alone, or behind the prefix of a whole model; nil for other
  /// files.
  static func names(in file: TensorFile) -> NameTable? {
    let mark = "decoder.mid.block_1.norm1.weight"
    for prefix in ["", "first_stage_model."] where file.entry(prefix + mark) != nil {
      let shapes = Dictionary(
        uniqueKeysWithValues: file.entries.lazy.filter { $0.name.hasPrefix(prefix) }.map {
          (String($0.name.dropFirst(prefix.count)), $0.shape)
        })
      return LDMAutoencoder(TensorShapes(shapes))?.names.behind(prefix)
    }
    return nil
  }
}
