/// What a file with tensors holds, determined from names and shapes.
public enum FileKind: String, Sendable, CaseIterable {
  case stableDiffusion1 = "Stable Diffusion 1.x"
  case stableDiffusion2 = "Stable Diffusion 2.x"
  case inpainting = "a Stable Diffusion model for inpainting"
  case instruction = "an InstructPix2Pix model"
  case depth = "a Stable Diffusion model with depth as input"
  case upscaler = "a Stable Diffusion upscaler"
  case variations = "a Stable Diffusion model for variations of pictures (unCLIP)"
  case xl = "Stable Diffusion XL"
  case stableDiffusion3 = "Stable Diffusion 3"
  case flux = "FLUX"
  case controlNet = "a ControlNet"
  case lora = "a LoRA"
  case tinyAutoencoder = "a tiny autoencoder (TAESD)"
  case autoencoder = "an autoencoder"
  case textualInversion = "a textual inversion"
  case textEncoder = "a text encoder"
  case unet = "a UNet without its model"
  case unknown = "a file with tensors of an unknown kind"

  /// Whether it is a whole model that LatentWalk makes pictures with.
  public var isModel: Bool { advice == nil }

  /// What the file can be used for, in words for the user; nil for a model.
  public var advice: String? {
    switch self {
    case .stableDiffusion1, .stableDiffusion2: nil
    case .lora: "Use it as a LoRA of a model"
    case .tinyAutoencoder: "Use it as the tiny vae of a model"
    case .autoencoder: "Use it as the vae of a model"
    case .textualInversion: "Use it as a textual inversion of a model"
    case .textEncoder, .unet: "Give the whole model: the file or the folder that has the other networks too"
    case .inpainting, .instruction, .depth, .upscaler, .variations, .xl, .stableDiffusion3, .flux,
      .controlNet,
      .unknown:
      "LatentWalk makes pictures with Stable Diffusion 1.x and 2.x"
    }
  }

  public init(_ file: TensorFile) {
    let shapes = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) })
    self = Self.adapter(file.names) ?? Self.model(shapes) ?? Self.network(shapes) ?? .unknown
  }

  /// Files that change a model.
  private static func adapter(_ names: [String]) -> FileKind? {
    func any(_ parts: [String]) -> Bool { names.contains { name in parts.contains { name.contains($0) } } }
    if any(["control_model.", "input_hint_block.", "controlnet_cond_embedding."]) { return .controlNet }
    // Kohya's names, diffusers', those of its attention processors, LyCORIS' and cloneofsimo's ("unet:0:up").
    let isLoRA =
      any([
        "lora_down", "lora_up", "lora_A", "lora_B", ".lora.", "_lora.", "hada_w", "lokr_w", "oft_blocks",
      ])
      || names.contains { name in
        ["unet:", "text_encoder:"].contains(where: name.hasPrefix)
          && [":up", ":down"].contains(where: name.hasSuffix)
      }
    if isLoRA { return .lora }
    return any(["string_to_param", "emb_params"]) ? .textualInversion : nil
  }

  /// Whole models.
  private static func model(_ shapes: [String: [Int]]) -> FileKind? {
    func has(_ prefix: String) -> Bool { shapes.keys.contains { $0.hasPrefix(prefix) } }
    for prefix in ["model.diffusion_model.", ""] {
      if has(prefix + "joint_blocks.") { return .stableDiffusion3 }
      if has(prefix + "double_blocks.") { return .flux }
    }
    if has("conditioner.embedders.") { return .xl }
    let averaged = AveragedNames.prefix
    guard
      let input = shapes["model.diffusion_model.input_blocks.0.0.weight"]
        ?? shapes[averaged + "input_blocks00weight"], input.count == 4
    else { return nil }
    let output = shapes["model.diffusion_model.out.2.weight"] ?? shapes[averaged + "out2weight"]
    if output?.first == 4 {
      switch input[1] {
      case 5: return .depth
      case 7: return .upscaler
      case 8: return .instruction
      case 9: return .inpainting
      default: break
      }
    }
    if has("model.diffusion_model.label_emb.") || has(averaged + "label_emb") { return .variations }
    return has("cond_stage_model.model.") ? .stableDiffusion2 : .stableDiffusion1
  }

  /// Networks alone, in the original's names or in diffusers'.
  private static func network(_ shapes: [String: [Int]]) -> FileKind? {
    func has(_ prefix: String) -> Bool { shapes.keys.contains { $0.hasPrefix(prefix) } }
    if shapes.keys.contains(where: { $0.hasSuffix("decoder.conv_in.weight") }) { return .autoencoder }
    if has("input_blocks.") || has("down_blocks.") { return .unet }
    if shapes.keys.contains(where: { $0.hasSuffix("token_embedding.weight") }) { return .textEncoder }
    if !shapes.isEmpty, shapes.keys.allSatisfy(isTinyAutoencoderName) { return .tinyAutoencoder }
    // Words for a text encoder: a few vectors of its width, under the words themselves.
    let isWords = shapes.values.allSatisfy { shape in
      (1...2).contains(shape.count) && [768, 1024, 1280].contains(shape.last ?? 0)
        && shape.reduce(1, *) <= 1 << 20
    }
    return !shapes.isEmpty && isWords ? .textualInversion : nil
  }

  /// `1.conv.0.weight`, perhaps behind `encoder.layers.` or the like: layers in a row have numbers and no names.
  private static func isTinyAutoencoderName(_ name: String) -> Bool {
    let parts = name.split(separator: ".").drop {
      ["encoder", "decoder", "layers", "taesd_encoder", "taesd_decoder"].contains($0)
    }
    return parts.first.map { Int($0) != nil } ?? false
      && parts.allSatisfy { Int($0) != nil || ["conv", "skip", "weight", "bias"].contains($0) }
  }
}
