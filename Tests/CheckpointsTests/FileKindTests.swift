import Checkpoints
import Foundation
import Testing

@Suite struct FileKindTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let unet = "model.diffusion_model.input_blocks.0.0.weight"

  /// A file with these names and shapes, and no value in it anybody reads.
  private func file(_ shapes: [String: [Int]], name: String = "file.safetensors") throws -> String {
    try write(shapes, to: folder.path + "/" + name)
  }

  private func model(_ channels: Int, _ more: [String: [Int]] = [:]) -> [String: [Int]] {
    [Self.unet: [320, channels, 3, 3], "model.diffusion_model.out.2.weight": [4, 320, 3, 3]].merging(more) {
      $1
    }
  }

  @Test("what a file is, is seen from its names and shapes")
  func kinds() throws {
    for (shapes, kind) in [
      (model(4), .stableDiffusion1),
      (model(4, ["cond_stage_model.model.ln_final.weight": [1024]]), .stableDiffusion2),
      (model(9), .inpainting), (model(8), .instruction), (model(5), .depth), (model(7), .upscaler),
      (model(4, ["model.diffusion_model.label_emb.0.0.weight": [1280, 1]]), .variations),
      (model(4, ["conditioner.embedders.0.transformer.text_model.final_layer_norm.bias": [768]]), .xl),
      (["model.diffusion_model.joint_blocks.0.x_block.attn.qkv.bias": [1]], .stableDiffusion3),
      (["double_blocks.0.img_attn.qkv.weight": [1]], .flux),
      (
        ["control_model.input_blocks.0.0.weight": [1], "control_model.zero_convs.0.0.bias": [1]], .controlNet
      ),
      (["input_hint_block.0.weight": [1], "input_blocks.0.0.weight": [1]], .controlNet),
      (["controlnet_cond_embedding.conv_in.bias": [1]], .controlNet),
      (["lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight": [4, 320, 1, 1]], .lora),
      (["unet.up_blocks.0.attn1.to_q.lora_A.weight": [4, 320]], .lora),
      (["unet:0:up": [320, 4], "unet:0:down": [4, 320]], .lora),
      (
        ["encoder.down.0.block.0.norm1.weight": [128], "decoder.conv_in.weight": [512, 4, 3, 3]], .autoencoder
      ),
      (["decoder.up_blocks.0.resnets.0.norm1.bias": [1], "decoder.conv_in.weight": [1]], .autoencoder),
      (["1.weight": [64, 4, 3, 3], "3.conv.0.bias": [64], "19.bias": [3]], .tinyAutoencoder),
      (["decoder.layers.0.weight": [64, 4, 3, 3]], .tinyAutoencoder),
      (["emb_params": [2, 768]], .textualInversion), (["<style>": [768]], .textualInversion),
      (["text_model.embeddings.token_embedding.weight": [49408, 768]], .textEncoder),
      (["down_blocks.0.resnets.0.conv1.weight": [1]], .unet), (["blocks.0": [1]], .unknown), ([:], .unknown),
    ] as [([String: [Int]], FileKind)] {
      #expect(try SingleFile(path: file(shapes)).kind == kind, "\(shapes)")
    }
  }

  @Test("a file that is no whole model is refused with what it is and where it belongs")
  func refusals() throws {
    func refusal(_ shapes: [String: [Int]]) throws -> String {
      let path = try file(shapes)
      return sentence { try ModelFolder(path: path, tokenizer: "tokenizer") }
    }
    let path = folder.path + "/file.safetensors"
    #expect(
      try refusal(model(9))
        == "\(path) is not a model: it is a Stable Diffusion model for inpainting. "
        + "LatentWalk makes pictures with Stable Diffusion 1.x and 2.x.")
    #expect(
      try refusal(["lora_unet_x.lora_down.weight": [1]]).contains(
        "it is a LoRA. Use it as a LoRA of a model."))
    #expect(try refusal(["decoder.conv_in.weight": [1]]).contains("it is an autoencoder. Use it as the vae"))
    #expect(
      try refusal(["1.weight": [1]]).contains("it is a tiny autoencoder (TAESD). Use it as the tiny vae"))
    #expect(
      try refusal(["emb_params": [1, 768]]).contains(
        "it is a textual inversion. Use it as a textual inversion"))
    let model = try ModelFolder(path: file(model(4)), tokenizer: "tokenizer")
    #expect(
      sentence { try model.weights("vae") }.contains(
        "it has no autoencoder (first_stage_model). Give another file as the vae."))
    #expect(
      sentence { try model.weights("text_encoder") }.contains("it has no text encoder (cond_stage_model)"))
    #expect(sentence { try ModelFolder(path: path) }.contains("a single file has no vocabulary"))
  }

  @Test("which of the Stable Diffusions 2 it is, is guessed and said, unless the file or its .yaml say it")
  func prediction() throws {
    let second = model(
      4,
      [
        "cond_stage_model.model.ln_final.weight": [1024],
        "model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight": [1280, 1024],
      ])
    func kind(_ shapes: [String: [Int]], name: String) throws -> (String, Int, [String]) {
      let model = try ModelFolder(path: file(shapes, name: name), tokenizer: "tokenizer")
      return (
        try model.configuration("scheduler").text("prediction_type"),
        try model.configuration("unet").integer("sample_size"), model.singleFile?.assumptions ?? []
      )
    }
    let plain = try kind(second, name: "v2.safetensors")
    #expect(plain.0 == "v_prediction" && plain.1 == 96 && plain.2.count == 1)
    let named = try kind(second, name: "512-base-ema.safetensors")
    #expect(named.0 == "epsilon" && named.1 == 64 && named.2[0].contains("because of the file's name"))
    let marked = try kind(second.merging(["v_pred": []]) { $1 }, name: "base.safetensors")
    #expect(marked.0 == "v_prediction" && marked.2.isEmpty)
    try folder.write(
      "stated.yaml",
      "model:\n  params:\n    parameterization: \"eps\"  # noise\n    image_size: 64\n    unet_config:\n      params:\n        num_heads: 4\n        image_size: 32\n"
    )
    let stated = try kind(second, name: "stated.safetensors")
    #expect(stated.0 == "epsilon" && stated.1 == 64 && stated.2.isEmpty)
    try folder.write("odd.yaml", "model:\n  params:\n    parameterization: x0\n")
    let odd = try file(second, name: "odd.safetensors")
    #expect(
      sentence { try SingleFile(path: odd) }.contains(
        "odd.yaml: parameterization is \"x0\"; LatentWalk supports \"v\" or \"eps\""))
    #expect(try kind(model(4), name: "first.safetensors").0 == "epsilon")
  }
}

/// Every name of the real checkpoints, against diffusers' own conversion. Tools/golden/single_file.py --keys made the
/// numbers.
@Suite(.enabled(if: fileExists(realNames), "../shared/data/sd-keys is not there"))
struct RealNamesTests {
  private struct Golden: Decodable {
    let count: Int
    let fingerprint: String
  }

  @Test(
    "every tensor of Stable Diffusion 1.x and 2.x gets the name that diffusers' conversion gives it",
    arguments: ["v1", "v2"])
  func translation(version: String) throws {
    let folder = try TemporaryFolder()
    let text = version == "v1" ? "cond_stage_model.transformer.text_model." : "cond_stage_model.model."
    var shapes: [String: [Int]] = [:]
    for (list, prefix) in [
      ("UNET-\(version)-SD", "model.diffusion_model."), ("VAE-v1-SD", "first_stage_model."),
      ("CLIP-\(version)-SD", text),
    ] { try shapes.merge(names(list, prefix)) { $1 } }
    let golden = try JSONDecoder().decode(
      [String: [String: Golden]].self,
      from: Data(
        contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
          path: "Fixtures/single-file-keys.json")))

    let path = try write(shapes, to: folder.path + "/real.safetensors")
    let model = try ModelFolder(path: path, tokenizer: "tokenizer")
    let single = try #require(model.singleFile)
    for (component, expected) in try #require(golden[version]) {
      let lines = single.names(component).map { "\($0.file) -> \($0.network)" }
      #expect(lines.count == expected.count)
      #expect(fingerprint(lines.sorted().joined(separator: "\n")) == expected.fingerprint, "\(component)")
    }
    let reasons = Set(single.unneeded.keys)
    #expect(version == "v1" ? reasons.isEmpty : reasons.count == 2 && !reasons.contains(""))
    #expect(single.unneeded.values.reduce(0) { $0 + $1.count } == (version == "v1" ? 0 : 14))

    let encoder = try model.configuration("text_encoder")
    #expect(try encoder.integer("num_hidden_layers") == (version == "v1" ? 12 : 23))
    #expect(try encoder.integer("num_attention_heads") == (version == "v1" ? 12 : 16))
    #expect(try encoder.text("hidden_act") == (version == "v1" ? "quick_gelu" : "gelu"))
    #expect(model.padding == (version == "v1" ? nil : "!"))
  }

  @Test(
    "shapes show the configurations that diffusers makes of the original's settings", arguments: ["v1", "v2"])
  func configurations(version: String) throws {
    let folder = try TemporaryFolder()
    var shapes = try names("UNET-\(version)-SD", "model.diffusion_model.")
    try shapes.merge(names("VAE-v1-SD", "first_stage_model.")) { $1 }
    let model = try ModelFolder(
      path: write(shapes, to: folder.path + "/real.safetensors"), tokenizer: "tokenizer")
    let golden = try JSONDecoder().decode(
      [String: [String: [String: JSONValue]]].self,
      from: Data(
        contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
          path: "Fixtures/single-file-configurations.json")))
    // What is so in every autoencoder of Stable Diffusion, and is not looked for.
    let untold: Set = ["in_channels", "out_channels", "scaling_factor"]
    for (component, fields) in try #require(golden[version]) {
      let found = try model.configuration(component)
      for (key, value) in fields where component == "unet" || !untold.contains(key) {
        // One number for all of the stages, and one for each.
        var found = found[key]
        if case .list(let each) = found, case .integer = value, Set(each.map(\.description)).count == 1 {
          found = each[0]
        }
        #expect(found == value, "\(component): \(key)")
      }
    }
  }

  @Test("a UNet that only its averaged copy holds is found under names without dots")
  func averaged() throws {
    let folder = try TemporaryFolder()
    let shapes = try names("UNET-v1-SD", "model.diffusion_model.")
    let averaged = Dictionary(
      uniqueKeysWithValues: shapes.map { name, shape in
        ("model_ema." + name.dropFirst("model.".count).replacing(".", with: ""), shape)
      })
    let plain = try SingleFile(path: write(shapes, to: folder.path + "/a.safetensors"))
    let single = try SingleFile(path: write(averaged, to: folder.path + "/b.safetensors"))
    #expect(
      single.kind == .stableDiffusion1 && single.unneeded.isEmpty
        && single.assumptions[0].contains("model_ema"))
    #expect(Set(single.names("unet").map(\.network)) == Set(plain.names("unet").map(\.network)))
  }

  @Test("lists of a ControlNet and of LoRA files are known for what they are")
  func others() throws {
    let folder = try TemporaryFolder()
    for (list, prefix, kind) in [
      ("ControlNet-v1-SD", "control_model.", .controlNet), ("LoRA-v1A-UNET", "", .lora),
      ("LoRA-v1-CLIP", "", .lora),
      ("UNET-v1-Inpainting", "model.diffusion_model.", .inpainting),
    ] as [(String, String, FileKind)] {
      let shapes = try names(list, prefix).mapValues { $0.map { max(1, $0) } }
      #expect(try SingleFile(path: write(shapes, to: folder.path + "/file.safetensors")).kind == kind)
    }
  }

  private func names(_ list: String, _ prefix: String) throws -> [String: [Int]] {
    let text = try String(contentsOfFile: "\(realNames)/\(list).txt", encoding: .utf8)
    return Dictionary(
      uniqueKeysWithValues: text.split(separator: "\n").map { line in
        let parts = line.split(separator: " ")
        return (
          prefix + parts[0], parts[1].dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
        )
      })
  }

  /// FNV-1a.
  private func fingerprint(_ text: String) -> String {
    let state = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

private let realNames = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../shared/data/sd-keys").standardized.path

/// Writes a safetensors file of float16 tensors as a hole in the disk: of these names and shapes, and of any size.
private func write(_ shapes: [String: [Int]], to path: String) throws -> String {
  var (rows, end): ([String], Int) = ([], 0)
  for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
    let begin = end
    end += 2 * shape.reduce(1, *)
    rows.append("\"\(name)\":{\"dtype\":\"F16\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}")
  }
  let header = safetensors("{\(rows.joined(separator: ","))}")
  try Data(header).write(to: URL(filePath: path))
  let file = try FileHandle(forWritingTo: URL(filePath: path))
  try file.truncate(atOffset: UInt64(header.count + end))
  try file.close()
  return path
}
