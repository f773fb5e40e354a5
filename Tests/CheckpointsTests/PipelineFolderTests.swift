import Checkpoints
import Foundation
import Testing

/// The folders that diffusers and Tools/golden/pipelines.py wrote for the tests of StableDiffusion.
private let pipelines =
  (#filePath as NSString).deletingLastPathComponent + "/../StableDiffusionTests/Fixtures"

@Suite struct PipelineFolderTests {
  @Test(
    "a folder in each precision is read",
    arguments: [("sd1", "F16"), ("sd2", "F32"), ("odd", "BF16"), ("two-stages", "F32")])
  func precisions(name: String, precision: String) throws {
    let model = try ModelFolder(path: "\(pipelines)/\(name)")
    #expect(Set(model.componentClasses.keys) == ["scheduler", "text_encoder", "tokenizer", "unet", "vae"])
    for component in ["unet", "vae", "text_encoder"] {
      let elements = Set(try model.weights(component).entries.map(\.elementName))
      #expect(elements.subtracting(["I64"]) == [precision], "\(name)/\(component)")
    }
    let channels = try model.configuration("unet").integers("block_out_channels")
    _ = try model.weights("unet")["conv_in"].tensor("weight", shape: [channels[0], 4, 3, 3])
  }

  @Test("old and new names of the autoencoder's attention lead to the same places")
  func attentionNames() throws {
    for (name, channels) in [("sd1", 16), ("sd2", 12)] {
      let attention = try ModelFolder(path: "\(pipelines)/\(name)").weights("vae")["decoder"]["mid_block"][
        "attentions"][0]
      for layer in ["to_q", "to_k", "to_v", "to_out.0"] {
        _ = try attention[layer].tensor("weight", shape: [channels, channels])
        _ = try attention[layer].tensor("bias", shape: [channels])
      }
    }
  }

  @Test("the text encoder's table of positions is not reported as unused")
  func positions() throws {
    let weights = try ModelFolder(path: "\(pipelines)/sd1").weights("text_encoder")
    #expect(weights["text_model"]["embeddings"].contains("position_ids"))
    #expect(
      weights["text_model"]["embeddings"].unused == [
        "text_model.embeddings.position_embedding.weight", "text_model.embeddings.token_embedding.weight",
      ])
  }
}
