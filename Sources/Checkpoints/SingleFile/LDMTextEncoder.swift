/// The text encoder of a single file: CLIP's as transformers calls it (Stable Diffusion 1.x), or OpenCLIP's in names of
/// its own (2.x), with the layers for queries, keys and values in one.
///
/// The same pairs as diffusers' `convert_ldm_clip_checkpoint` and `convert_open_clip_checkpoint`.
struct LDMTextEncoder {
  let names: NameTable
  let configuration: [String: JSONValue]
  /// Names that the model does not need, with the reason.
  private(set) var unneeded: [String: String] = [:]

  /// Every head of a CLIP text encoder is this wide.
  private static let headWidth = 64

  private static let clipBeginnings = [
    "transformer.text_model.", "transformer.", "text_model.", "",
  ]

  /// - Parameter shapes: by the names without `cond_stage_model.`; nil for files without such a text encoder.
  init?(_ shapes: TensorShapes) {
    if shapes.contains("model.ln_final.weight") {
      self.init(openCLIP: shapes)
    } else if let beginning = Self.clipBeginnings.first(where: {
      shapes.contains($0 + "embeddings.token_embedding.weight")
    }) {
      self.init(clip: shapes, beginning)
    } else {
      return nil
    }
  }

  private init(clip shapes: TensorShapes, _ beginning: String) {
    names = NameTable(
      Dictionary(
        uniqueKeysWithValues: ["embeddings", "encoder", "final_layer_norm"].map {
          (beginning + $0, "text_model." + $0)
        }))
    let layers = shapes.count { "\(beginning)encoder.layers.\($0).layer_norm1.weight" }
    let identifying = IdentifyingNames(
      tokens: "\(beginning)embeddings.token_embedding.weight",
      positions: "\(beginning)embeddings.position_embedding.weight",
      mlp: "\(beginning)encoder.layers.0.mlp.fc1.weight")
    configuration = Self.configuration(shapes, identifying, layers: layers, activation: "quick_gelu")
  }

  private init(openCLIP shapes: TensorShapes) {
    var names = NameTable([
      "model.positional_embedding": "text_model.embeddings.position_embedding.weight",
      "model.token_embedding": "text_model.embeddings.token_embedding",
      "model.ln_final": "text_model.final_layer_norm",
    ])
    // Stable Diffusion 2.x uses the output of the last layer but one.
    let layers = shapes.count { "model.transformer.resblocks.\($0).ln_1.weight" }
    for layer in 0..<max(0, layers - 1) {
      names.add(
        "model.transformer.resblocks.\(layer)", "text_model.encoder.layers.\(layer)",
        layers: [
          "ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn": "self_attn", "mlp.c_fc": "mlp.fc1",
          "mlp.c_proj": "mlp.fc2",
        ])
    }
    self.names = names
    let identifying = IdentifyingNames(
      tokens: "model.token_embedding.weight", positions: "model.positional_embedding",
      mlp: "model.transformer.resblocks.0.mlp.c_fc.weight")
    configuration = Self.configuration(shapes, identifying, layers: max(0, layers - 1), activation: "gelu")
    unneeded = [
      "model.transformer.resblocks.\(layers - 1).":
        "the last layer, and Stable Diffusion 2.x uses the one before",
      "model.text_projection": "the way from texts to CLIP's comparison with pictures",
      "model.logit_scale": "the way from texts to CLIP's comparison with pictures",
      "model.attn_mask": "the causal mask, which the text encoder computes",
    ]
  }

  /// Tensors whose shapes give the sizes.
  private struct IdentifyingNames {
    let tokens, positions, mlp: String
  }

  private static func configuration(
    _ shapes: TensorShapes, _ names: IdentifyingNames, layers: Int, activation: JSONValue
  ) -> [String: JSONValue] {
    let width = shapes.size(names.tokens, 1)
    return [
      "architectures": ["CLIPTextModel"],
      "hidden_size": .integer(width),
      "vocab_size": .integer(shapes.size(names.tokens, 0)),
      "max_position_embeddings": .integer(shapes.size(names.positions, 0)),
      "num_hidden_layers": .integer(layers),
      "num_attention_heads": .integer(max(1, width / headWidth)),
      "intermediate_size": .integer(shapes.size(names.mlp, 0)),
      "hidden_act": activation,
    ]
  }

  /// The parts of a tensor that holds queries, keys and values one below the other, by the names that the text encoder
  /// has for them.
  static func parts(of name: String, rows: Int) -> [(name: String, rows: Range<Int>)]? {
    for kind in ["weight", "bias"] {
      guard name.hasSuffix(".in_proj_\(kind)"), rows % 3 == 0 else { continue }
      let (beginning, third) = (name.dropLast("in_proj_\(kind)".count), rows / 3)
      return ["q_proj", "k_proj", "v_proj"].enumerated().map { index, part in
        ("\(beginning)\(part).\(kind)", index * third..<(index + 1) * third)
      }
    }
    return nil
  }
}
