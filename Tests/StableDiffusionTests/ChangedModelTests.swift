import Checkpoints
import Foundation
import StableDiffusion
import Tensors
import Testing

/// Models whose files are changed while they are loaded.
@Suite struct ChangedModelTests {
  @Test("a network whose file is cut off between opening and loading is an error")
  func truncatedNetwork() throws {
    let model = try FloatModel("sd1")
    let folder = model.folder
    let weights = try folder.weights("unet")
    let path = folder.path + "/unet/diffusion_pytorch_model.safetensors"
    let description = try UNetDescription(folder.configuration("unet"))
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    usleep(20_000)
    #expect(truncate(path, size / 2) == 0)
    #expect(throws: CheckpointError.changed(path: path)) { try UNet(weights, description) }
  }

  @Test("a network whose file is deleted between opening and loading is the same")
  func deletedNetwork() throws {
    let model = try FloatModel("sd1")
    let description = try UNetDescription(model.folder.configuration("unet"))
    let (before, after) = try (model.folder.weights("unet"), model.folder.weights("unet"))
    let results = try [before, after].map { weights in
      defer { unlink(model.folder.path + "/unet/diffusion_pytorch_model.safetensors") }
      let unet = try UNet(weights, description)
      return unet(
        Tensor(shape: [1, 8, 8, 4], repeating: 0.5), timestep: 1,
        context: Tensor(shape: [1, 77, 32], repeating: 0.5)
      ).values
    }
    #expect(results[0] == results[1])
  }

  @Test("a LoRA whose file is overwritten after it was checked is an error")
  func overwrittenLoRA() throws {
    let file = try temporaryLoRA([
      ("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", [1, 20]),
      ("lora_unet_mid_block_attentions_0_proj_in.lora_up.weight", [20, 1]),
    ])
    let lora = try LoRA(path: file.path)
    usleep(20_000)
    let handle = try FileHandle(forWritingTo: URL(filePath: file.path))
    try handle.seekToEnd()
    try handle.seek(toOffset: handle.offset() - 4)
    try handle.write(contentsOf: Data([0, 0, 0, 0]))
    try handle.close()
    let folder = try GoldenPipeline("sd1").folder
    #expect(throws: CheckpointError.changed(path: file.path)) {
      try StableDiffusionPipeline(folder, adapters: Adapters(loras: [lora]))
    }
  }

  @Test("a pipe in place of a tokenizer's file is refused without waiting for it", .timeLimit(.minutes(1)))
  func pipe() throws {
    let model = try FloatModel("sd1")
    let path = model.folder.tokenizerPath + "/merges.txt"
    #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
    #expect(throws: TokenizerError.unreadable(path: path, reason: "it is not a file")) {
      try Tokenizer(folder: model.folder.tokenizerPath)
    }
  }
}
