import Checkpoints
import Foundation
import LatentWalk
import Media
import Sampling
import StableDiffusion
import Tensors
import TestFolders
import Testing

/// Beginning with a picture, and pictures through an autoencoder and back.
@Suite struct PictureStartTests {
  private static let pictures = TinyModel.path("pictures")

  /// The recipe that Tools/golden/pictures.py gives diffusers.
  private func draft(_ model: String, side: Int, strength: Double) -> RecipeDraft {
    var draft = TinyModel.draft(.image, "A photograph of a dog", model: model)
    (draft.width, draft.height) = (side, side)
    (draft.steps, draft.guidance, draft.schedule) = (10, 7.5, .leading)
    (draft.picture, draft.strength) = (FileRequest("\(Self.pictures)/\(model).png"), strength)
    return draft
  }

  @Test(
    "from the same picture, strength and seed come diffusers' latents",
    arguments: [("sd1", 64), ("two-stages", 12)], [0.1, 0.35, 0.6, 1])
  func imageToImage(model: (name: String, side: Int), strength: Double) throws {
    let renderer = try TinyModel.renderer(draft(model.name, side: model.side, strength: strength))
    #expect(try renderer.schedule(of: 0).count == Int(10 * strength))
    try expectLatents("\(model.name).\(strength)", renderer)
  }

  @Test(
    "samplers with steps of other kinds begin in the middle, too, and draw their noise after the picture's",
    arguments: ["euler", "euler-a", "heun", "dpm++2m", "dpm++2m-sde", "unipc"])
  func samplers(name: String) throws {
    var draft = draft("two-stages", side: 12, strength: 0.6)
    draft.sampler = try #require(SamplerName(rawValue: name))
    try expectLatents("two-stages.\(name)", TinyModel.renderer(draft))
  }

  private func expectLatents(_ name: String, _ renderer: Renderer) throws {
    let golden = try TensorFile(path: Self.pictures + "/golden.safetensors")
    let expected = try #require(try golden.tensor(name)).float32().channelsLast().values
    let found = try #require(try renderer.frame(0)).latents
    let difference = zip(found, expected).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let norm = expected.reduce(0) { $0 + Double($1 * $1) }
    #expect((difference / norm).squareRoot() < 1e-3, "\((difference / norm).squareRoot())")
  }

  @Test(
    "at strength 0, or one too small for a step, the picture goes through the autoencoder and stays",
    arguments: [0, 0.09])
  func noSteps(strength: Double) throws {
    let renderer = try TinyModel.renderer(draft("sd1", side: 64, strength: strength))
    #expect(try renderer.schedule(of: 0).count == 0 && renderer.evaluations(of: [0]) == 0)
    let golden = try TensorFile(path: Self.pictures + "/golden.safetensors")
    let weak = try #require(try golden.tensor("sd1.0.1")).float32().channelsLast().values
    let latents = try PictureCoder(ModelFolder(path: TinyModel.path("sd1"))).latents(
      of: Self.pictures + "/sd1.png", width: 64, height: 64, seed: 7)
    #expect(try renderer.frame(0)?.latents == latents.values)
    // One step in ten changes little.
    let difference = zip(weak, latents.values).map { abs($0 - $1) }.max() ?? 0
    #expect(difference > 0 && difference < 1, "\(difference)")
  }

  @Test("a noise file takes the place of the noise, and not of the deviation that is drawn before it")
  func noiseFile() throws {
    var draft = draft("sd1", side: 64, strength: 0.6)
    let expected = try TinyModel.renderer(draft).frame(0)
    let folder = try TemporaryFolder()
    let second = NoiseGenerator.pytorch.normals(seed: 7, draw: 1, height: 8, width: 8, channels: 4)
    draft.noise = try folder.write("noise.npy", shape: [8, 8, 4], second.values)
    #expect(try TinyModel.renderer(draft).frame(0) == expected)
  }

  @Test("a tiny encoder knows its latents exactly, so that the noise is the seed's first")
  func tinyEncoder() throws {
    var draft = draft("sd1", side: 64, strength: 0.6)
    draft.tinyVAE = FileRequest(TinyModel.path("tiny-autoencoder/taesd"))
    let expected = try TinyModel.renderer(draft).frame(0)
    let folder = try TemporaryFolder()
    let first = NoiseGenerator.pytorch.normals(seed: 7, draw: 0, height: 8, width: 8, channels: 4)
    draft.noise = try folder.write("noise.npy", shape: [8, 8, 4], first.values)
    #expect(try TinyModel.renderer(draft).frame(0) == expected)
  }

  // Measured: 28.08, 30.10 and 25.35 dB.
  @Test(
    "a photograph comes back from the real TAESD", .enabled(if: SharedData.exists, SharedData.absence),
    arguments: [("cat.jpg", 27.5), ("dog.jpg", 29.5), ("astronaut.png", 24.8)])
  func photograph(name: String, bound: Double) throws {
    let path = "\(SharedData.path)/photos/\(name)"
    let coder = try PictureCoder(
      ModelFolder(path: TinyModel.path("sd1")),
      autoencoder: AutoencoderFiles(tiny: SharedData.path + "/taesd", encodes: true))
    let latents = try coder.latents(of: path, width: 512, height: 512)
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "latents.npy", shape: [4, 64, 64], latents.channelsFirst().values)
    let found = try coder.picture(ofLatents: file.path)
    let expected = try Picture(file: path).fitted(width: 512, height: 512)
    let squares = zip(found.pixels, expected.pixels).reduce(0) {
      $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1))
    }
    let ratio = 10 * log10(255 * 255 / (Double(squares) / Double(found.pixels.count)))
    #expect(ratio > bound, "\(name): \(ratio) dB")
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
