/// What the original Stable Diffusion calls the UNet's layers: its blocks are numbered from the beginning to the end of each way,
/// where diffusers numbers the stages and, inside each, the layers.
///
///     down_blocks.1.attentions.0.proj_in -> input_blocks.4.1.proj_in
struct LDMLayerNames {
  /// Residual blocks of a stage on the way down; on the way up there is one more.
  private let layers: Int
  private let upStagesWithText: Set<String>

  /// - Parameter names: all layers of the UNet as diffusers calls them.
  init(_ names: some Sequence<String>) {
    layers = names.count { $0.hasPrefix("down_blocks.0.resnets.") && $0.hasSuffix(".conv1") }
    upStagesWithText = Set(
      names.compactMap { name -> String? in
        let parts = name.split(separator: ".")
        guard parts.count > 3, parts[0] == "up_blocks", parts[2] == "attentions" else { return nil }
        return String(parts[1])
      })
  }

  /// The original's name of a layer; nil for layers that it has not.
  func name(_ name: String) -> String? {
    if let single = Self.single[name] { return single }
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count > 3 else { return nil }
    guard let (block, rest) = parts[0] == "mid_block" ? middle(parts) : way(parts) else { return nil }
    let inside = rest.joined(separator: ".")
    return block + "." + (Self.insideResidualBlock[inside] ?? inside)
  }

  private func middle(_ parts: [String]) -> (String, ArraySlice<String>)? {
    let places = ["resnets.0": 0, "attentions.0": 1, "resnets.1": 2]
    return places[parts[1] + "." + parts[2]].map { ("middle_block.\($0)", parts[3...]) }
  }

  private func way(_ parts: [String]) -> (String, ArraySlice<String>)? {
    guard let stage = Int(parts[1]), let layer = Int(parts[3]), let way = Self.ways[parts[0]] else {
      return nil
    }
    let first = way.first + stage * (layers + 1)
    switch parts[2] {
    case "resnets": return ("\(way.name).\(first + layer).0", parts[4...])
    case "attentions": return ("\(way.name).\(first + layer).1", parts[4...])
    case "downsamplers": return ("\(way.name).\(first + layers).0", ["op"])
    case "upsamplers":
      return ("\(way.name).\(first + layers).\(upStagesWithText.contains(parts[1]) ? 2 : 1)", ["conv"])
    default: return nil
    }
  }

  private static let ways: [String: (name: String, first: Int)] = [
    "down_blocks": ("input_blocks", 1), "up_blocks": ("output_blocks", 0),
  ]
  private static let single = [
    "conv_in": "input_blocks.0.0", "conv_out": "out.2", "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
  ]
  private static let insideResidualBlock = [
    "conv1": "in_layers.2", "conv2": "out_layers.3", "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
  ]
}
