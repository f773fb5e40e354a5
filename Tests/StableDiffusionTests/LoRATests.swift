import Checkpoints
import Foundation
import StableDiffusion
import Tensors
import Testing

/// LoRA files in every layout, added to the pipeline `sd1`, against diffusers, which fused the same files
/// (Tools/golden/lora.py).
@Suite struct LoRATests {
  private static let folder = GoldenPipeline.fixtures + "/lora"
  private static let layouts = [
    "kohya", "processors", "diffusers", "peft", "peft-settings", "locon", "original-names", "cloneofsimo",
  ]
  private let golden: TensorFile
  private let inputs: TensorFile

  init() throws {
    golden = try TensorFile(path: Self.folder + "/golden.safetensors")
    inputs = try TensorFile(path: Self.folder + "/inputs.safetensors")
  }

  private static func lora(_ layout: String, weight: Double = 0.75) throws -> LoRA {
    try LoRA(path: "\(folder)/\(layout).safetensors", weight: weight)
  }

  /// The embedding of the golden prompt, [12, 32], and the UNet's answer to the golden latents.
  private func modelOutputs(_ pipeline: StableDiffusionPipeline) throws -> (embedding: Tensor, unet: Tensor) {
    let embedding = try pipeline.promptEncoder()("A photograph of a dog").conditioning.tokens
    let latents = try #require(try inputs.tensor("latents")).float32().channelsLast()
    let text = try #require(try inputs.tensor("text")).float32()
    let prediction = try pipeline.unet()(latents, timestep: 481, context: text)
    return (embedding.reshaped([77, 32]).images(0..<12), prediction)
  }

  private func expected(_ layout: String) throws -> (embedding: Tensor, unet: Tensor) {
    let unet = try #require(try golden.tensor("\(layout).unet")).float32().channelsLast()
    return (try #require(try golden.tensor("\(layout).embedding")).float32(), unet)
  }

  @Test("a model of float32 with a LoRA computes what diffusers computes", arguments: layouts)
  func float32(layout: String) throws {
    let model = try FloatModel("sd1")
    let pipeline = try StableDiffusionPipeline(model.folder, adapters: Adapters(loras: [Self.lora(layout)]))
    let (found, expected) = (try modelOutputs(pipeline), try expected(layout))
    expectEqual(found.embedding, expected.embedding, within: 2e-5)
    expectEqual(found.unet, expected.unet, relativeL2: 1e-5)
  }

  @Test("a model of float16 with a LoRA is as exact as float16 is", arguments: layouts)
  func float16(layout: String) throws {
    let folder = try GoldenPipeline("sd1").folder
    let pipeline = try StableDiffusionPipeline(folder, adapters: Adapters(loras: [Self.lora(layout)]))
    let (found, expected) = (try modelOutputs(pipeline), try expected(layout))
    expectEqual(found.embedding, expected.embedding, relativeL2: 2e-3)
    expectEqual(found.unet, expected.unet, relativeL2: 2e-3)
    let plain = try modelOutputs(StableDiffusionPipeline(folder))
    #expect(Comparison(plain.unet, expected.unet).relativeL2 > 0.05, "The LoRA's effect is well seen.")
  }

  @Test("with the weight 0 a LoRA changes nothing", arguments: ["sd1", "odd"])
  func weightZero(name: String) throws {
    // `odd` is of bfloat16, 20 wide.
    let folder = try GoldenPipeline(name).folder
    let file = try temporaryLoRA([
      ("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", [1, name == "odd" ? 35 : 20]),
      ("lora_unet_mid_block_attentions_0_proj_in.lora_up.weight", [name == "odd" ? 35 : 20, 1]),
    ])
    let noise = Tensor(shape: [1, 8, 8, 4], repeating: 0.5)
    let text = Tensor(shape: [1, 77, name == "odd" ? 20 : 32], repeating: 0.5)
    let modelOutput = { (adapters: Adapters) in
      try StableDiffusionPipeline(folder, adapters: adapters).unet()(noise, timestep: 1, context: text)
        .values
    }
    let plain = try modelOutput(Adapters())
    #expect(try modelOutput(Adapters(loras: [LoRA(path: file.path, weight: 0)])) == plain)
    #expect(try modelOutput(Adapters(loras: [LoRA(path: file.path, weight: 1)])) != plain)
  }

  @Test("two LoRAs add up, and a negative weight takes away")
  func several() throws {
    let model = try FloatModel("sd1")
    let both = Adapters(loras: [
      try Self.lora("kohya"), try Self.lora("locon"), try Self.lora("kohya", weight: -0.75),
    ])
    let found = try modelOutputs(StableDiffusionPipeline(model.folder, adapters: both))
    expectEqual(found.unet, try expected("locon").unet, relativeL2: 1e-5)
    expectEqual(found.embedding, try expected("plain").embedding, within: 2e-5)
  }

  @Test("a LoRA leaves no tensor of the model unused, and its learned words are read")
  func words() throws {
    let lora = try Self.lora("cloneofsimo")
    #expect(lora.textualInversions.map(\.token) == ["<s1>"])
    let pipeline = try StableDiffusionPipeline(
      GoldenPipeline("sd1").folder, adapters: Adapters(loras: [lora]))
    #expect(try pipeline.unusedTensors.isEmpty)
    let encoder = try pipeline.promptEncoder()
    let with = encoder.tokenizer.encode("a <s1> dog")
    #expect(with.ids[2] == encoder.textEncoder.description.vocabulary)
  }

  @Test(
    "what is no LoRA for this model is refused with one sentence",
    arguments: [
      (
        [("lora_unet_nowhere.lora_down.weight", [1, 20]), ("lora_unet_nowhere.lora_up.weight", [20, 1])],
        "changes a layer that this model does not have, such as lora_unet_nowhere.lora_down.weight"
      ),
      (
        [
          ("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", [1, 24]),
          ("lora_unet_mid_block_attentions_0_proj_in.lora_up.weight", [20, 1]),
        ],
        "as one of 20 x 24, and in this model it is of 20 x 20"
      ),
      ([("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", [1, 20])], "has no up matrix"),
      (
        [
          ("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", [2, 20]),
          ("lora_unet_mid_block_attentions_0_proj_in.lora_up.weight", [20, 1]),
        ], "does not fit"
      ),
      (
        [
          ("lora_unet_a_attn2_to_k.lora_down.weight", [1, 768]),
          ("lora_unet_a_attn2_to_k.lora_up.weight", [8, 1]),
        ],
        "is a LoRA for Stable Diffusion 1.x, and one for a model with text embeddings of the width 32"
      ),
      (
        [("unet.a.attn2.to_v.lora_A.weight", [1, 1024]), ("unet.a.attn2.to_v.lora_B.weight", [8, 1])],
        "is a LoRA for Stable Diffusion 2.x"
      ),
      ([("lora_te2_text_model_encoder.lora_down.weight", [1, 8])], "is a LoRA for Stable Diffusion XL"),
      ([("lora_unet_double_blocks_0_img.lora_down.weight", [1, 8])], "is a LoRA for Flux"),
      ([("lora_unet_mid.hada_w1_a", [1, 8])], "is a LoHa (its tensor lora_unet_mid.hada_w1_a)"),
      ([("lora_unet_mid.lokr_w1", [1, 8])], "is a LoKr"),
      ([("unet.mid.lora_magnitude_vector", [8])], "is a DoRA"),
      ([("lora_unet_mid.dora_scale", [8])], "is a DoRA"),
      ([("conv_in.weight", [8, 4, 3, 3])], "is no LoRA: it holds tensors such as conv_in.weight"),
      (
        [("lora_unet_mid.lora_down.weight", [1, 8]), ("weight", [8])],
        "what the tensor weight changes is not known"
      ),
      ([("unet.a.lora.down.weight", [1, 8]), ("unet.a.lora_A.weight", [1, 8])], "that is there twice"),
      ([("unet:999:down", [1, 8]), ("unet:999:up", [8, 1])], "does not have, such as unet:999:down"),
      ([], "is no LoRA: it holds no tensors"),
    ] as [([(String, [Int])], String)])
  func refusals(tensors: [(String, [Int])], words: String) throws {
    let file = try temporaryLoRA(tensors)
    let sentence = try loraSentence {
      try StableDiffusionPipeline(
        GoldenPipeline("sd1").folder, adapters: Adapters(loras: [LoRA(path: file.path)]))
    }
    #expect(sentence.contains(words), "\(sentence)")
    #expect(sentence.hasPrefix(file.path))
  }

  @Test("NaN in a LoRA, and layers that cannot be counted, are refused by name")
  func hostileValues() throws {
    let name = "lora_unet_mid_block_attentions_0_proj_in.lora_"
    let broken = try temporaryLoRA(
      [(name + "down.weight", [1, 20]), (name + "up.weight", [20, 1])], value: .nan)
    #expect(try loraSentence { try LoRA(path: broken.path) }.contains("holds NaN or infinity"))
    let classes = try temporaryLoRA(
      [("unet:0:down", [1, 8]), ("unet:0:up", [8, 1])], notes: ["unet": #"["ResnetBlock2D"]"#])
    let sentence = try loraSentence {
      try StableDiffusionPipeline(
        GoldenPipeline("sd1").folder, adapters: Adapters(loras: [LoRA(path: classes.path)]))
    }
    #expect(sentence.contains("ResnetBlock2D") && sentence.contains("CrossAttention"), "\(sentence)")
  }

  @Test("of several patterns in the metadata that fit a layer, the longest decides")
  func patterns() throws {
    let tensors = ["A": [1, 20], "B": [20, 1]].map {
      ("unet.mid_block.attentions.0.proj_in.lora_\($0).weight", $1)
    }
    func output(_ patterns: [String: Int]) throws -> [Float] {
      let metadata: [String: Any] = ["unet.r": 1, "unet.lora_alpha": 1, "unet.alpha_pattern": patterns]
      let text = String(decoding: try JSONSerialization.data(withJSONObject: metadata), as: UTF8.self)
      let file = try temporaryLoRA(tensors, notes: ["lora_adapter_metadata": text])
      let model = try GoldenPipeline("sd1")
      let pipeline = try StableDiffusionPipeline(
        model.folder, adapters: Adapters(loras: [LoRA(path: file.path)]))
      let context = try pipeline.promptEncoder()("a dog").conditioning.tokens
      return try pipeline.unet()(model.image("samples.0.noise"), timestep: 500, context: context).values
    }
    let own = "mid_block.attentions.0.proj_in"
    let expected = try output([own: 3])
    #expect(try output([own: 2]) != expected)
    #expect(
      try output([
        "proj_in": 5, "0.proj_in": 6, "attentions.0.proj_in": 7, own: 3, "attentions.1.proj_in": 9, "ed": 4,
      ]) == expected)
  }
}

/// The sentence of the error that an expression throws.
func loraSentence(_ body: () throws -> some Any, sourceLocation: SourceLocation = #_sourceLocation) throws
  -> String
{
  do {
    _ = try body()
  } catch {
    return "\(error)"
  }
  Issue.record("No error was thrown.", sourceLocation: sourceLocation)
  return ""
}
