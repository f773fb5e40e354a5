import Checkpoints
import Foundation
import ModelFiles
import Sampling
import StableDiffusion
import Tensors
import Testing

/// The tiny pipelines as single files in the original's names: the same bits as from diffusers' folders.
@Suite struct SingleFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "single-\(UUID().uuidString)")
    .path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  /// The single file with the folder's tokenizer and, as such small networks have other groups and heads, its
  /// configurations.
  private func model(
    _ fixture: GoldenPipeline, averaged: Bool = false, ending: String = "safetensors",
    without removed: String? = nil
  ) throws -> ModelFolder {
    let path = "\(folder)/\(fixture.name).\(ending)"
    var writer = try SingleFileWriter(GoldenPipeline.fixtures, fixture.name, averaged: averaged)
    if let removed { writer.remove(removed) }
    try writer.write(to: path)
    var configurations = ["scheduler": "\(fixture.folder.path)/scheduler/scheduler_config.json"]
    for component in ["unet", "vae", "text_encoder"] {
      configurations[component] = "\(fixture.folder.path)/\(component)/config.json"
    }
    return try ModelFolder(
      path: path, tokenizer: fixture.folder.path + "/tokenizer", configurations: configurations)
  }

  private static let variants = [
    ("safetensors", false), ("safetensors", true), ("ckpt", false), ("ckpt", true),
  ]

  @Test("the files that decide a single file's numbers are the file, its settings and the vocabulary")
  func files() throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let fixture = try GoldenPipeline("sd1")
    try SingleFileWriter(GoldenPipeline.fixtures, "sd1").write(to: "\(folder)/sd1.safetensors")
    let tokenizer = fixture.folder.path + "/tokenizer"
    func names() throws -> [String] {
      try ModelFolder(path: "\(folder)/sd1.safetensors", tokenizer: tokenizer).files().map(\.name)
    }
    let vocabulary = try fixture.folder.files().filter { $0.name.hasPrefix("tokenizer/") }
    #expect(vocabulary.map(\.name).contains("tokenizer/vocab.json"))
    #expect(try names() == ["sd1.safetensors"] + vocabulary.map(\.name))
    try Data("model:".utf8).write(to: URL(filePath: "\(folder)/sd1.yaml"))
    #expect(try names() == ["sd1.safetensors", "sd1.yaml"] + vocabulary.map(\.name))
  }

  /// `sd1` is of float16, `odd` of bfloat16, the others of float32.
  @Test(
    "a single file of any precision, of either format, averaged only or not, gives the bits that the folder gives",
    arguments: GoldenPipeline.names, variants)
  func sameBits(name: String, variant: (ending: String, averaged: Bool)) throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let fixture = try GoldenPipeline(name)
    let pipelines = [
      try StableDiffusionPipeline(fixture.folder),
      try StableDiffusionPipeline(model(fixture, averaged: variant.averaged, ending: variant.ending)),
    ]
    let results = try pipelines.map { pipeline in
      let levels = try pipeline.schedule(steps: 2, kind: .leading)
      let encoder = try pipeline.promptEncoder()
      let guidance = Guidance(
        conditional: encoder("a red fox").conditioning, unconditional: encoder("").conditioning,
        scale: 5)
      let latents = try pipeline.denoising(
        try fixture.image("samples.0.noise"), guidedBy: guidance, through: levels
      )
      .reduce(Tensor(shape: [0], values: [])) { $1.latents }
      return guidance.conditional[0].tokens.values + latents.values + pipeline.pixels(latents).values
    }
    #expect(results[0] == results[1] && results[0].allSatisfy(\.isFinite))
    #expect(try pipelines[1].unusedTensors.isEmpty)
  }

  @Test(
    "an autoencoder in the original's names takes a model's place, alone or in a whole model",
    arguments: ["", "first_stage_model."])
  func originalAutoencoder(prefix: String) throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let fixture = try GoldenPipeline("sd1")
    var writer = try SingleFileWriter(GoldenPipeline.fixtures, "sd1")
    if prefix.isEmpty { writer.narrow(to: "first_stage_model.") }
    try writer.write(to: folder + "/vae.ckpt")
    let own = try StableDiffusionPipeline(fixture.folder)
    let other = try StableDiffusionPipeline(
      fixture.folder, autoencoder: AutoencoderFiles(replacement: folder + "/vae.ckpt", encodes: true))
    let latents = try fixture.image("samples.0.noise")
    let pixels = own.pixels(latents)
    #expect(other.pixels(latents).values == pixels.values)
    #expect(try other.unusedTensors.isEmpty)
    let (mean, expected) = (other.autoencoder.encoder?(pixels).mean, own.autoencoder.encoder?(pixels).mean)
    #expect(mean != nil && mean?.values == expected?.values)
  }

  @Test("what shapes show is what the folder's configurations say", arguments: GoldenPipeline.names)
  func configurations(name: String) throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let fixture = try GoldenPipeline(name)
    let path = try model(fixture).path
    let single = try ModelFolder(path: path, tokenizer: "tokenizer")
    for (component, keys) in [
      (
        "unet",
        [
          "in_channels", "out_channels", "block_out_channels", "cross_attention_dim", "down_block_types",
          "up_block_types",
        ]
      ),
      (
        "vae",
        ["latent_channels", "block_out_channels", "layers_per_block", "down_block_types", "up_block_types"]
      ),
      (
        "text_encoder",
        [
          "hidden_size", "vocab_size", "num_hidden_layers", "intermediate_size", "hidden_act",
          "max_position_embeddings",
        ]
      ),
    ] {
      let (found, expected) = (
        try single.configuration(component), try fixture.folder.configuration(component)
      )
      for key in keys { #expect(found[key] == expected[key], "\(component): \(key)") }
    }
    let unet = try fixture.folder.configuration("unet")
    let stages = try unet.integers("block_out_channels").count
    #expect(
      try single.configuration("unet").integers("layers_per_block")
        == unet.integerOrIntegers("layers_per_block", count: stages))
  }

  @Test(
    "a tokenizer with more words than the text encoder knows is refused, as is one that reads on too long")
  func tokenizer() throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let path = try model(GoldenPipeline("two-stages")).path
    let clip = GoldenPipeline.fixtures + "/../../../Models/tiny/tokenizer"
    let error = #expect(throws: TokenizerError.self) {
      try PromptEncoder(ModelFolder(path: path, tokenizer: clip))
    }
    #expect(error?.description.contains("tokens up to 49407, and the model's text encoder has 554") == true)
  }

  @Test("Stable Diffusion 2.x in a single file fills prompts up with the token that it learned with")
  func padding() throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let fixture = try GoldenPipeline("sd2")
    let path = try model(fixture).path
    // The tokenizer of the bundled model pads with the end token, as this one does.
    let other = GoldenPipeline.fixtures + "/sd1/tokenizer"
    let encoder = try PromptEncoder(
      ModelFolder(
        path: path, tokenizer: other,
        configurations: ["text_encoder": "\(fixture.folder.path)/text_encoder/config.json"]))
    #expect(encoder.tokenizer.encode("a").ids.last == 0)
  }

  @Test("weights with a NaN or infinity are refused by the tensor's name")
  func notFinite() throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let fixture = try GoldenPipeline("sd1")
    let model = try model(fixture)
    var bytes = try Data(contentsOf: URL(filePath: model.path))
    // The last float16 number; eight bytes of bookkeeping follow.
    bytes.replaceSubrange(bytes.count - 10..<bytes.count - 8, with: [0x00, 0x7c])
    try bytes.write(to: URL(filePath: model.path))
    let configurations = Dictionary(
      uniqueKeysWithValues: ["unet", "vae", "text_encoder"].map {
        ($0, "\(fixture.folder.path)/\($0)/config.json")
      })
    let damaged = try ModelFolder(
      path: model.path, tokenizer: model.tokenizerPath, configurations: configurations)
    let error = #expect(throws: CheckpointError.self) { try StableDiffusionPipeline(damaged) }
    #expect(
      error?.description.contains("model.diffusion_model.time_embed.2.weight holds NaN or infinity") == true)
  }

  @Test("a single file without an autoencoder's encoder is refused by its own name")
  func noEncoder() throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let model = try model(GoldenPipeline("sd1"), without: "first_stage_model.encoder.")
    #expect(throws: AutoencoderError.noEncoder(path: model.path)) {
      try StableDiffusionPipeline(model, autoencoder: AutoencoderFiles(encodes: true))
    }
  }

  @Test(
    "a value in the settings beside a single file that is no such number is refused by the settings' name",
    arguments: [
      ("linear_start: 7", "linear_start is \"7\""), ("linear_end: much", "linear_end is \"much\""),
      ("scale_factor: 0", "scale_factor is \"0\""), ("scale_factor: nan", "scale_factor is \"nan\""),
      ("image_size: 0.5", "image_size is \"0.5\""), ("image_size: 1000000", "image_size is \"1000000\""),
    ])
  func settings(line: String, words: String) throws {
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    try SingleFileWriter(GoldenPipeline.fixtures, "sd1").write(to: "\(folder)/sd1.safetensors")
    try Data("model:\n  params:\n    \(line)\n".utf8).write(to: URL(filePath: "\(folder)/sd1.yaml"))
    let error = #expect(throws: CheckpointError.self) { try SingleFile(path: "\(folder)/sd1.safetensors") }
    #expect(
      error?.description.hasPrefix("\(folder)/sd1.yaml: \(words); LatentWalk supports ") == true, "\(error)")
  }

  @Test(
    "a scale of the latents that makes no picture is refused", arguments: ["0", "-0.18", "1e-60", "1e60"])
  func scale(value: String) throws {
    let file = try TemporaryFile(#"{"scaling_factor": \#(value)}"#.utf8, name: "config.json")
    let error = #expect(throws: CheckpointError.self) {
      try AutoencoderDescription(Configuration(path: file.path))
    }
    #expect(error?.description.hasPrefix("\(file.path): scaling_factor is ") == true)
  }
}

/// A thousand damaged configurations: the model is described or refused.
@Suite struct DescriptionFuzzTests {
  @Test("configurations with random numbers in them are read or refused", .timeLimit(.minutes(1)))
  func numbers() throws {
    let source = GoldenPipeline.fixtures + "/two-stages"
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)").path
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: source, toPath: folder)
    let names = [
      "unet/config.json", "vae/config.json", "text_encoder/config.json", "scheduler/scheduler_config.json",
    ]
    let values = [
      "0", "-1", "1", "3", "7", "1000000", "9223372036854775807", "1e300", "[]", "[0]", "null", "\"x\"",
      "[1,2,3]", "true",
    ]
    var (described, refused, state) = (0, 0, 1)
    for name in names {
      let text = try String(contentsOfFile: "\(source)/\(name)", encoding: .utf8)
      let lines = text.split(separator: "\n").map(String.init)
      for _ in 0..<300 {
        var changed = lines
        state = (state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407)
        let line = Int(UInt(bitPattern: state) >> 33) % lines.count
        guard let colon = changed[line].range(of: ": ") else { continue }
        let value = values[Int(UInt(bitPattern: state) >> 20) % values.count]
        changed[line] = changed[line][..<colon.upperBound] + value + (changed[line].hasSuffix(",") ? "," : "")
        try changed.joined(separator: "\n").write(
          toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
        do {
          _ = try StableDiffusionPipeline(ModelFolder(path: folder)).schedule(steps: 3, kind: .leading)
          described += 1
        } catch {
          #expect(
            "\(error)".contains(folder) || error is ScheduleError, "\(name): \(changed[line]): \(error)")
          refused += 1
        }
      }
      try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }
    #expect(described > 50 && refused > 100, "\(described) were described, \(refused) refused")
  }
}
