/// The name of a tensor in a LoRA file, parsed: the layer and network that it belongs to, and its role there.
///
/// | written by | example |
/// |---|---|
/// | Kohya's scripts | `lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight`, `lora_te_....alpha` |
/// | the same, with the names of the original model | `lora_unet_input_blocks_1_1_proj_in.lora_down.weight` |
/// | diffusers, first | `unet.down_blocks.0. ... .attn1.processor.to_q_lora.down.weight` |
/// | diffusers, later | `unet. ... .attn1.to_q.lora.down.weight`, `text_encoder. ... .q_proj.lora_linear_layer.up.weight` |
/// | diffusers and PEFT, today | `unet. ... .attn1.to_q.lora_A.weight`, `base_model.model. ... .to_q.lora_B.weight` |
/// | cloneofsimo's lora | `unet:17:up`: the 18th layer, counted by `InjectionOrder` |
struct LoRAKey: Hashable {
  enum Network: String, Hashable {
    case unet
    case textEncoder = "text_encoder"
  }

  /// Where in its network a tensor belongs.
  enum Layer: Hashable {
    /// The layer's name with underscores between its parts.
    case named(String)
    /// The number of the layer among those that were trained.
    case numbered(Int)
  }

  /// What a tensor is for its layer.
  enum Role: String, Hashable {
    case up, down, middle, alpha
  }

  let network: Network
  let layer: Layer
  let role: Role
  /// The layer's name with dots where the file has dots, for patterns in the file's metadata.
  let dottedName: String

  /// Nil for a name that belongs to none of these layouts.
  init?(_ name: String) {
    if let key = LoRAKey(numbered: name) {
      self = key
      return
    }
    guard let (ending, role) = Self.endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
    var path = String(name.dropLast(ending.count))
    if path.hasPrefix(Self.peftBeginning) { path.removeFirst(Self.peftBeginning.count) }
    guard let (prefix, network) = Self.prefixes.first(where: { path.hasPrefix($0.0) }) else { return nil }
    if !Self.bareBeginnings.contains(prefix) { path.removeFirst(prefix.count) }
    path = path.replacing(".processor.", with: ".")
    for (old, current) in Self.oldNames where path.hasSuffix(old) {
      path = path.dropLast(old.count) + (network == .unet ? current.unet : current.textEncoder)
      break
    }
    self.init(
      network: network, layer: .named(path.replacing(".", with: "_")), role: role, dottedName: path)
  }

  /// `unet:17:up`
  private init?(numbered name: String) {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let network = Network(rawValue: String(parts[0])), let number = Int(parts[1]),
      number >= 0, let role = Role(rawValue: String(parts[2])), role == .up || role == .down
    else { return nil }
    self.init(network: network, layer: .numbered(number), role: role, dottedName: "")
  }

  private init(network: Network, layer: Layer, role: Role, dottedName: String) {
    (self.network, self.layer, self.role, self.dottedName) = (network, layer, role, dottedName)
  }

  private static let endings: [(String, Role)] = [
    (".lora_down.weight", .down), (".lora_up.weight", .up), (".lora_mid.weight", .middle), (".alpha", .alpha),
    (".lora_linear_layer.down.weight", .down), (".lora_linear_layer.up.weight", .up),
    (".lora.down.weight", .down), (".lora.up.weight", .up),
    ("_lora.down.weight", .down), ("_lora.up.weight", .up),
    (".lora_A.weight", .down), (".lora_B.weight", .up),
    (".lora_A.default.weight", .down), (".lora_B.default.weight", .up),
  ]

  /// Beginnings of names that are part of the layer's own name, where a file holds changes for one network only.
  private static let bareBeginnings = [
    "down_blocks.", "up_blocks.", "mid_block.", "conv_in", "conv_out", "time_embedding.", "text_model.",
    "encoder.layers.",
  ]
  private static let peftBeginning = "base_model.model."

  private static let prefixes: [(String, Network)] =
    [
      ("lora_unet_", .unet), ("lora_te_", .textEncoder), ("lora_te1_", .textEncoder), ("unet.", .unet),
      ("text_encoder.", .textEncoder), ("model.diffusion_model.", .unet), ("diffusion_model.", .unet),
    ] + bareBeginnings.map { ($0, $0 == "text_model." || $0 == "encoder.layers." ? .textEncoder : .unet) }

  /// How diffusers' first attention processors called the four layers, in both networks.
  private static let oldNames: [(String, (unet: String, textEncoder: String))] = [
    (".to_out", (".to_out.0", ".out_proj")), (".to_q", (".to_q", ".q_proj")),
    (".to_k", (".to_k", ".k_proj")), (".to_v", (".to_v", ".v_proj")),
  ]
}

extension LoRAKey {
  /// Another kind of file that changes a model, if the tensor's name is one of its.
  static func otherKind(_ name: String) -> String? {
    kindsByPart.first { name.contains($0.part) }?.kind
      ?? kindsByEnding.first { name.hasSuffix($0.ending) }?.kind
  }

  private static let kindsByPart: [(part: String, kind: String)] = [
    ("hada_", "a LoHa"), ("lokr_", "a LoKr"), ("dora_scale", "a DoRA"),
    ("lora_magnitude_vector", "a DoRA"), ("oft_blocks", "an OFT"), ("oft_diag", "an OFT"),
    ("lora_embedding_", "a LoRA of embeddings"),
  ]
  private static let kindsByEnding: [(ending: String, kind: String)] = [
    (".on_input", "an IA3"), (".a1.weight", "a GLoRA"), (".b1.weight", "a GLoRA"),
    (".diff", "a full difference"), (".diff_b", "a full difference"), (".w_norm", "a change of norms"),
    (".b_norm", "a change of norms"), ("lora_A.bias", "a LoRA with biases"),
    ("lora_B.bias", "a LoRA with biases"),
  ]

  /// The model that a tensor's name belongs to, if only files for models that LatentWalk does not compute have it.
  static func otherModel(_ name: String) -> String? {
    modelsByPart.first { name.contains($0.part) }?.model
  }

  private static let modelsByPart: [(part: String, model: String)] = [
    ("lora_te2_", "Stable Diffusion XL"), ("text_encoder_2.", "Stable Diffusion XL"),
    ("add_embedding", "Stable Diffusion XL"), ("label_emb", "Stable Diffusion XL"),
    ("double_blocks", "Flux"), ("single_blocks", "Flux"), ("single_transformer_blocks", "Flux"),
    ("joint_blocks", "Stable Diffusion 3"), ("lora_te3_", "Stable Diffusion 3"),
  ]
}
