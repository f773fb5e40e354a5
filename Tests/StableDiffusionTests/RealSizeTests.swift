import Checkpoints
import Foundation
import StableDiffusion
import Tensors
import Testing

/// Stable Diffusion 1.4 in its real size, with random weights, against diffusers. `Tools/golden/sd14.py FOLDER
/// --golden` makes the model and the numbers; LATENTWALK_SD14 names the folder.
@Suite(.enabled(if: RealSize.path != nil, "LATENTWALK_SD14 names no folder made by Tools/golden/sd14.py"))
struct RealSizeTests {
  @Test("the text encoder of SD 1.4 gives diffusers' embedding")
  func textEmbedding() throws {
    let model = try RealSize()
    let encoder = try PromptEncoder(model.folder)
    expectEqual(
      encoder(model.golden.prompt).conditioning.tokens, try model.array("embedding", [1, 77, 768]),
      within: 1e-4)
  }

  @Test("an evaluation of SD 1.4's UNet gives diffusers' prediction")
  func unetEvaluation() throws {
    let model = try RealSize()
    let unet = try UNet(model.folder.weights("unet"), UNetDescription(model.folder.configuration("unet")))
    let prediction = unet(
      try model.array("noise", [1, 4, 64, 64]).channelsLast(), timestep: model.golden.timestep,
      context: try model.array("embedding", [1, 77, 768]))
    expectEqual(
      prediction, try model.array("prediction", [1, 4, 64, 64]).channelsLast(), relativeL2: 1e-5)
  }

  @Test("SD 1.4's decoder gives diffusers' pixels")
  func decoding() throws {
    let model = try RealSize()
    let autoencoder = try Autoencoder(
      model.folder.weights("vae"), AutoencoderDescription(model.folder.configuration("vae")))
    let decoded = autoencoder.decode(try model.array("noise", [1, 4, 64, 64]).channelsLast())
    expectEqual(decoded, try model.array("decoded", [1, 3, 512, 512]).channelsLast(), within: 2 / 127.5)
  }

  @Test("SD 1.4's encoder gives diffusers' latents")
  func encoding() throws {
    let model = try RealSize()
    let autoencoder = try Autoencoder(
      model.folder.weights("vae"), AutoencoderDescription(model.folder.configuration("vae")))
    let encoder = try #require(autoencoder.encoder)
    let latents = encoder(try model.array("picture", [1, 3, 512, 512]).channelsLast()).mean
    expectEqual(latents, try model.array("encoded", [1, 4, 64, 64]).channelsLast(), relativeL2: 1e-5)
  }
}

/// The model that LATENTWALK_SD14 names, and its golden numbers.
private struct RealSize {
  static let path = ProcessInfo.processInfo.environment["LATENTWALK_SD14"]

  struct Golden: Decodable {
    let prompt: String
    let timestep: Double
  }

  let folder: ModelFolder
  let golden: Golden

  init() throws {
    folder = try ModelFolder(path: try #require(Self.path))
    golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: folder.path + "/golden/golden.json")))
  }

  func array(_ name: String, _ shape: [Int]) throws -> Tensor {
    Tensor(shape: shape, values: try NumpyArray(npyFile: "\(folder.path)/golden/\(name).npy").values)
  }
}
