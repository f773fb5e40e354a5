/// The names of the averaged copy (EMA) that training keeps of a UNet: `model_ema.` and then the UNet's name without
/// its dots.
///
/// `ema.py` of CompVis/latent-diffusion.
enum AveragedNames {
  static let prefix = "model_ema.diffusion_model"

  /// The UNet's words that may follow each other without a dot; no two of one length begin alike.
  private static let words = [
    "transformer_blocks", "skip_connection", "output_blocks", "middle_block", "input_blocks", "time_embed",
    "out_layers", "emb_layers", "in_layers", "label_emb", "proj_out", "proj_in", "weight", "to_out", "attn1",
    "attn2", "norm1", "norm2", "norm3", "to_q", "to_k", "to_v", "bias", "conv", "norm", "proj", "net", "out",
    "ff",
    "op",
  ]

  /// `input_blocks100in_layers0weight` is `input_blocks.10.0.in_layers.0.weight`; nil for what is no such name.
  static func dotted(_ name: some StringProtocol) -> String? {
    var parts: [String] = []
    var rest = name[...]
    while let first = rest.first {
      if first.isNumber {
        let digits = rest.prefix { $0.isNumber }
        // A block's number is followed by its layer's, which is 0, 1 or 2.
        if let block = parts.last, block == "input_blocks" || block == "output_blocks", digits.count > 1 {
          parts.append(String(digits.dropLast()))
          parts.append(String(digits.suffix(1)))
        } else {
          parts.append(String(digits))
        }
        rest = rest.dropFirst(digits.count)
      } else {
        guard let word = words.first(where: rest.hasPrefix) else { return nil }
        parts.append(word)
        rest = rest.dropFirst(word.count)
      }
    }
    return parts.joined(separator: ".")
  }
}
