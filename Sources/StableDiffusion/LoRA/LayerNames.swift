import Checkpoints

/// The layers of a network by the names that LoRA files give them: with underscores between the parts, and in the order
/// of diffusers or in that of the original Stable Diffusion.
struct LayerNames {
  /// By name with dots: the shape of the layer's weights.
  private let shapes: [String: [Int]]
  private let byFlatName: [String: String]

  init(_ weights: Weights) {
    let ending = ".weight"
    let layers = weights.shapes.filter { $0.key.hasSuffix(ending) && $0.value.count >= 2 }
    shapes = Dictionary(
      uniqueKeysWithValues: layers.map { (String($0.key.dropLast(ending.count)), $0.value) })
    var byFlatName: [String: String] = [:]
    let original = LDMUNetNames(diffusers: shapes.keys)
    for name in shapes.keys.sorted() {
      for known in [name, original.ldmName(name) ?? name] {
        byFlatName[known.replacing(".", with: "_")] = name
      }
    }
    self.byFlatName = byFlatName
  }

  var all: some Sequence<String> { shapes.keys }

  /// The layer's name with dots. Newer files leave out the prefix `text_model` of a text encoder's names.
  func layer(_ flatName: String) -> String? { byFlatName[flatName] ?? byFlatName["text_model_" + flatName] }

  func shape(_ layer: String) -> [Int]? { shapes[layer] }
}

/// The order in which cloneofsimo's `lora` counts the layers that it trains.
///
/// It walks through the network's modules and takes the linear layers inside those of some classes, which the file's
/// metadata name: `CrossAttention`, `Attention` and `GEGLU` in the UNet, `CLIPAttention` in the text encoder. The
/// modules come as the diffusers of its time declared them: down blocks, up blocks, mid block; in a transformer
/// block the first attention, the feed-forward layer and the second attention; in CLIP's attention keys, values,
/// queries.
///
/// Source: `_find_modules_v2` in lora_diffusion/lora.py (cloneofsimo/lora, Apache-2.0), and diffusers 0.11.
enum InjectionOrder {
  /// Which parts of a block belong to a class, in the order of their declaration.
  private static let layers: [LoRAKey.Network: [(ending: String, classes: Set<String>)]] = [
    .unet: [
      (".attn1.to_q", attention), (".attn1.to_k", attention), (".attn1.to_v", attention),
      (".attn1.to_out.0", attention), (".ff.net.0.proj", ["GEGLU"]), (".attn2.to_q", attention),
      (".attn2.to_k", attention), (".attn2.to_v", attention), (".attn2.to_out.0", attention),
    ],
    .textEncoder: [
      (".self_attn.k_proj", ["CLIPAttention"]), (".self_attn.v_proj", ["CLIPAttention"]),
      (".self_attn.q_proj", ["CLIPAttention"]), (".self_attn.out_proj", ["CLIPAttention"]),
    ],
  ]
  private static let attention: Set = ["CrossAttention", "Attention"]
  private static let stages = ["down_blocks": 0, "up_blocks": 1, "mid_block": 2]

  /// The classes whose layers can be counted.
  static func classes(in network: LoRAKey.Network) -> Set<String> {
    (layers[network] ?? []).reduce(into: []) { $0.formUnion($1.classes) }
  }

  /// The names of a network's layers in this order.
  /// - Parameters:
  ///   - names: all layers of the network.
  ///   - trained: classes whose layers were trained.
  static func names(
    of network: LoRAKey.Network, among names: some Sequence<String>, trained: Set<String>
  ) -> [String] {
    let kinds = layers[network] ?? []
    let positions = names.compactMap { name -> (name: String, position: [Int])? in
      guard let kind = kinds.firstIndex(where: { name.hasSuffix($0.ending) }),
        !trained.isDisjoint(with: kinds[kind].classes)
      else { return nil }
      let block = name.dropLast(kinds[kind].ending.count).split(separator: ".").map(String.init)
      return (name, block.map { stages[$0] ?? Int($0) ?? 0 } + [kind])
    }
    return positions.sorted { $0.position.lexicographicallyPrecedes($1.position) }.map(\.name)
  }
}
