import Checkpoints
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Testing

/// Pictures into latents and back against diffusers: the variational autoencoders of the tiny pipelines, and tiny
/// autoencoders. The numbers are made by Tools/golden/pictures.py.
@Suite struct PictureCodingTests {
  private let golden: TensorFile

  init() throws {
    golden = try TensorFile(path: GoldenPipeline.fixtures + "/pictures/golden.safetensors")
  }

  private func image(_ name: String) throws -> Tensor {
    try #require(try golden.tensor(name), "\(name)").float32().channelsLast()
  }

  @Test("the encoder gives diffusers' means", arguments: GoldenPipeline.names)
  func means(name: String) throws {
    let pipeline = try GoldenPipeline(name)
    let encoder = try #require(try autoencoder(of: pipeline).encoder)
    for index in 0..<2 {
      let means = encoder(try pipeline.image("encodings.\(index).picture")).mean
      expectEqual(means, try pipeline.image("encodings.\(index).latents"), relativeL2: 1e-5)
    }
  }

  @Test(
    "the encoder gives diffusers' deviations, and with its noise its samples", arguments: GoldenPipeline.names
  )
  func deviations(name: String) throws {
    let pipeline = try GoldenPipeline(name)
    let encoder = try #require(try autoencoder(of: pipeline).encoder)
    let distribution = encoder(try pipeline.image("encodings.0.picture"))
    expectEqual(try #require(distribution.deviation), try image("\(name).deviation"), relativeL2: 1e-5)
    let (_, h, w, c) = distribution.mean.shape4
    let noise = NoiseGenerator.pytorch.normals(seed: 7, draw: 0, height: h, width: w, channels: c)
    expectEqual(distribution.sample(noise), try image("\(name).sample"), relativeL2: 1e-5)
  }

  private func autoencoder(of pipeline: GoldenPipeline) throws -> Autoencoder {
    try Autoencoder(
      pipeline.folder.weights("vae"), AutoencoderDescription(pipeline.folder.configuration("vae")))
  }

  @Test(
    "a tiny autoencoder gives diffusers' latents and pixels from its author's files and from diffusers'",
    arguments: ["diffusers", "taesd", "diffusers/diffusion_pytorch_model.safetensors"])
  func tiny(path: String) throws {
    try expectCoding(GoldenPipeline.fixtures + "/tiny-autoencoder/" + path, "tiny")
  }

  @Test(
    "the real TAESD gives diffusers' latents and pixels", .enabled(if: SharedData.exists, SharedData.absence))
  func taesd() throws { try expectCoding(SharedData.path + "/taesd", "taesd") }

  private func expectCoding(_ path: String, _ name: String) throws {
    let pipeline = try GoldenPipeline("sd1")
    let autoencoder = try Autoencoder(
      AutoencoderFiles(tiny: path, encodes: true), of: pipeline.folder,
      AutoencoderDescription(pipeline.folder.configuration("vae")))
    #expect(autoencoder.unusedTensors.isEmpty)
    let picture = (1 / 127.5) * (try image("\(name).picture")) + -1
    let encoder = try #require(autoencoder.encoder)
    let distribution = encoder(picture)
    #expect(distribution.deviation == nil)
    expectEqual(distribution.mean, try image("\(name).latents"), relativeL2: 1e-5)
    expectEqual(
      autoencoder.decode(try image("\(name).latents")), try image("\(name).decoded"), relativeL2: 1e-5)
  }

  @Test("a tiny decoder alone makes pictures, and the model's own encoder takes them in")
  func decoderAlone() throws {
    let pipeline = try GoldenPipeline("sd1")
    let description = try AutoencoderDescription(pipeline.folder.configuration("vae"))
    let decoder = GoldenPipeline.fixtures + "/tiny-autoencoder/taesd/taesd_decoder.safetensors"
    let previews = try Autoencoder(AutoencoderFiles(tiny: decoder), of: pipeline.folder, description)
    #expect(previews.encoder == nil)
    let both = try Autoencoder(
      AutoencoderFiles(tiny: decoder, encodes: true), of: pipeline.folder, description)
    let latents = try image("tiny.latents")
    #expect(previews.decode(latents).values == both.decode(latents).values)
    let picture = try pipeline.image("encodings.0.picture")
    let own = try #require(try self.autoencoder(of: pipeline).encoder)
    let used = try #require(both.encoder)
    #expect(used(picture).mean.values == own(picture).mean.values)
  }

  @Test(
    "an autoencoder that stands alone in a file is the one of its folder", arguments: GoldenPipeline.names)
  func replacement(name: String) throws {
    let pipeline = try GoldenPipeline(name)
    let description = try AutoencoderDescription(pipeline.folder.configuration("vae"))
    let own = try autoencoder(of: pipeline)
    let ownEncoder = try #require(own.encoder)
    let picture = try pipeline.image("encodings.0.picture")
    for path in ["vae", "vae/diffusion_pytorch_model.safetensors"] {
      let files = AutoencoderFiles(replacement: "\(pipeline.folder.path)/\(path)", encodes: true)
      let names = ["config.json", "diffusion_pytorch_model.safetensors"]
      #expect(try files.replacementFiles().map(\.name) == (path == "vae" ? names : [names[1]]))
      let other = try Autoencoder(files, of: pipeline.folder, description)
      #expect(other.unusedTensors.isEmpty)
      let latents = ownEncoder(picture).mean
      let encoder = try #require(other.encoder)
      #expect(encoder(picture).mean.values == latents.values)
      #expect(other.decode(latents).values == own.decode(latents).values)
    }
  }
}

/// The data beside the checkout that development has and the repository has not.
private enum SharedData {
  static let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../../shared/data"
  )
  .standardized.path
  static let exists = FileManager.default.fileExists(atPath: path + "/taesd")
  static let absence: Comment = "../shared/data/taesd, with the real TAESD, is not there"
}
