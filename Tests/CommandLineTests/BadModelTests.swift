import Foundation
import TestFolders
import Testing

/// Models that cannot be loaded: exit code 1, a sentence that names the file, and nothing written.
@Suite struct BadModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectRefusal(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
    let before = try folder.names()
    let run = try folder.run("walk", "a dog", "--model", "model", "--seed", "1")
    CommandLineTests.expectRefusal(run, 1, sourceLocation: sourceLocation)
    for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation) }
    #expect(try folder.names() == before, sourceLocation: sourceLocation)
  }

  @Test("a model that nobody knows is refused with the places that were searched")
  func noSuchModel() throws {
    try expectRefusal("There is no model \"model\"", TinyModel.fixtures, "'latentwalk models'")
  }

  @Test("a path that leads nowhere is refused")
  func noSuchPath() throws {
    let run = try folder.run("image", "a dog", "--model", "models/sd15")
    CommandLineTests.expectRefusal(
      run, 1, "no folder or file models/sd15", "Hugging Face's cache", "hf download models/sd15 ")
    let deep = try folder.run("image", "a dog", "--model", "/models/sd15")
    CommandLineTests.expectRefusal(deep, 1, "/models/sd15", "no such folder or file")
  }

  @Test("a folder that is no model is refused with what is expected there")
  func noModel() throws {
    try folder.make("model")
    try expectRefusal("model is not a model", "model_index.json", "the folder that diffusers wrote")
  }

  @Test("a file that is no checkpoint is refused, and one of another kind with the option that takes it")
  func file() throws {
    try folder.write("model", [1, 2, 3])
    try expectRefusal("model is damaged: it has only 3 bytes")
    let header = Data(
      #"{"lora_unet_x.lora_down.weight":{"dtype":"F16","shape":[],"data_offsets":[0,2]}}"#.utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    try folder.write("model", length + header + [0, 0])
    try expectRefusal("model is not a model: it is a LoRA", "as a LoRA")
    let shown = try folder.run("models", "show", "model")
    #expect(shown.exitCode == 0 && shown.output.contains("Kind                a LoRA. Use it as a LoRA"))
    #expect(shown.output.contains("Tensors             1 tensor, 1 parameter, F16, 2 B"))
  }

  @Test("a safetensors file that ends too soon is refused")
  func truncated() throws {
    try folder.copyModel()
    let bytes = try folder.bytes(TemporaryFolder.unet)
    try folder.write(TemporaryFolder.unet, bytes.dropLast(100))
    try expectRefusal(TemporaryFolder.unet, "is damaged", "Fetch the file again")
    try folder.write(TemporaryFolder.unet, bytes.prefix(1000))
    try expectRefusal(TemporaryFolder.unet, "is damaged", "claims a header")
    try folder.write(TemporaryFolder.unet, [])
    try expectRefusal(TemporaryFolder.unet, "is damaged", "0 bytes")
  }

  @Test("a safetensors file whose header lies about offsets is refused by the tensor's name")
  func offsets() throws {
    try folder.copyModel()
    try folder.editTable("conv_in.weight") { $0["data_offsets"] = [0, 1 << 40] }
    try expectRefusal(TemporaryFolder.unet, "conv_in.weight", "Fetch the file again")
  }

  @Test("a tensor of another shape is refused with both shapes")
  func shape() throws {
    try folder.copyModel()
    try folder.editTable("conv_in.weight") { $0["shape"] = [4, 8, 3, 3] }
    try expectRefusal(TemporaryFolder.unet, "conv_in.weight", "[4, 8, 3, 3]", "[8, 4, 3, 3]")
  }

  @Test("a missing tensor is named with the shape that it should have")
  func missing() throws {
    try folder.copyModel()
    try folder.renameTensor("conv_in.weight", "conv_in.wieght")
    try expectRefusal(TemporaryFolder.unet, "no tensor conv_in.weight", "[8, 4, 3, 3]")
  }

  @Test("an element type that nobody knows is refused, and one that cannot be computed with, too")
  func elementType() throws {
    try folder.copyModel()
    try folder.editTable("conv_in.weight") { $0["dtype"] = "F7" }
    try expectRefusal(TemporaryFolder.unet, "conv_in.weight", "F7")
    try folder.editTable("conv_in.weight") { $0["dtype"] = "I32" }
    try expectRefusal(TemporaryFolder.unet, "conv_in.weight", "I32", "F32, F16 and BF16")
  }

  @Test("a configuration with a block that is not supported is refused with those that are")
  func block() throws {
    try folder.copyModel()
    try folder.replace("\"DownBlock2D\"", "\"KDownBlock2D\"", in: "model/unet/config.json")
    try expectRefusal("unet/config.json", "down_block_types", "KDownBlock2D", "CrossAttnDownBlock2D")
  }

  @Test("a configuration that is no JSON is refused")
  func noJSON() throws {
    try folder.copyModel()
    try folder.write("model/vae/config.json", "{ \"act_fn\": ".utf8)
    try expectRefusal("vae/config.json", "not the JSON")
  }

  @Test("networks that do not fit each other are refused with both widths")
  func widths() throws {
    try folder.copyModel()
    try folder.replace(
      "\"cross_attention_dim\": 16", "\"cross_attention_dim\": 32", in: "model/unet/config.json")
    try expectRefusal("unet/config.json", "cross_attention_dim", "32", "16")
  }

  @Test("a pipeline of another kind is refused by its class")
  func pipelineClass() throws {
    try folder.copyModel()
    try folder.replace(
      "\"StableDiffusionPipeline\"", "\"StableDiffusionXLPipeline\"", in: "model/model_index.json")
    try expectRefusal("model_index.json", "StableDiffusionXLPipeline", "StableDiffusionPipeline")
  }

  @Test(
    "a component without files is named",
    arguments: ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
  func noComponent(component: String) throws {
    try folder.copyModel()
    try folder.remove("model/\(component)")
    try expectRefusal("model/\(component)")
  }

  @Test("'models show' refuses a broken model with the same sentence")
  func show() throws {
    try folder.copyModel()
    try folder.write(TemporaryFolder.unet, [1, 2, 3])
    CommandLineTests.expectRefusal(
      try folder.run("models", "show", "model"), 1, TemporaryFolder.unet, "is damaged")
  }
}
