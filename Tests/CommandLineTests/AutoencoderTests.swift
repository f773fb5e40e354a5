import Foundation
import LatentWalk
import Media
import TestFolders
import Testing

/// Other autoencoders than the model's own: `--vae` and `--tiny-vae`.
@Suite struct AutoencoderTests {
  private let folder: TemporaryFolder
  private static let tiny = TinyModel.path("tiny-autoencoder")

  init() throws { folder = try TemporaryFolder() }

  private func image(_ arguments: String..., model: String = "sd1") throws -> Program.Run {
    try Program(
      ["image", "a dog", "--model", model, "--steps", "1", "--seed", "1"] + arguments, in: folder.path
    ).finished()
  }

  private func picture(_ name: String) throws -> Picture { try Picture(pngFile: folder.file(name)) }

  @Test("a tiny autoencoder makes the picture, from a file, a folder or diffusers' file")
  func tinyAutoencoder() throws {
    let own = try image("-o", "own.png")
    expectDone(own, "own.png")
    #expect(own.errors.contains("seed 1: 1 step, guidance 7.5, 2 UNet evaluations."))
    let places = [
      "taesd", "taesd/taesd_decoder.safetensors", "diffusers",
      "diffusers/diffusion_pytorch_model.safetensors",
    ]
    for (number, place) in places.enumerated() {
      let run = try image("--tiny-vae", "\(Self.tiny)/\(place)", "-o", "\(number).png")
      expectDone(run, "\(number).png")
      #expect(!run.errors.contains("Warning"))
      #expect(try picture("\(number).png") == picture("0.png"), "\(place)")
    }
    #expect(try picture("0.png") != picture("own.png"))
    let recipe = try Recipe(json: #require(try recipeText(inFile: folder.file("0.png"))))
    #expect(recipe.model.tinyVAE?.path == Self.tiny + "/taesd")
    #expect(try Recipe(json: #require(try recipeText(inFile: folder.file("own.png")))).model.tinyVAE == nil)
  }

  @Test("the model's own autoencoder, given as another, makes its pictures")
  func vae() throws {
    expectDone(try image("-o", "own.png"), "own.png")
    for (name, place) in [
      ("model", ""), ("folder", "vae"), ("file", "vae/diffusion_pytorch_model.safetensors"),
    ] {
      let run = try image("--vae", TinyModel.path("sd1/\(place)"), "-o", "\(name).png")
      expectDone(run, "\(name).png")
      #expect(try picture("\(name).png") == picture("own.png"), "\(place)")
      let recipe = try Recipe(json: #require(try recipeText(inFile: folder.file("\(name).png"))))
      #expect(recipe.model.vae?.path == TinyModel.path("sd1/\(place)"))
    }
  }

  @Test("an autoencoder of another kind is refused, with the option that takes it")
  func otherKinds() throws {
    let decoder = Self.tiny + "/taesd/taesd_decoder.safetensors"
    expectRefusal(try image("--vae", decoder), 1, decoder, "as the tiny VAE")
    let whole = TinyModel.path("sd1/vae/diffusion_pytorch_model.safetensors")
    expectRefusal(try image("--tiny-vae", whole), 1, whole, "no tiny autoencoder", "as the vae")
    let unet = TinyModel.path("sd1/unet/diffusion_pytorch_model.safetensors")
    expectRefusal(try image("--vae", unet), 1, unet, "no autoencoder")
    expectRefusal(try image("--tiny-vae", unet), 1, unet, "no tiny autoencoder")
    let encoder = Self.tiny + "/taesd/taesd_encoder.safetensors"
    expectRefusal(try image("--tiny-vae", encoder), 1, encoder, "no decoder", "taesd_decoder.safetensors")
  }

  @Test("what is not there, or is empty, is refused")
  func nothing() throws {
    try folder.make("empty")
    for option in ["--vae", "--tiny-vae"] {
      expectRefusal(try image(option, "nowhere.safetensors"), 1, "nowhere.safetensors", "no such file")
      expectRefusal(try image(option, "empty"), 1, "empty")
    }
  }

  @Test("an autoencoder for other latents is refused with what the model needs")
  func otherLatents() throws {
    let run = try image("--tiny-vae", Self.tiny + "/taesd", model: "two-stages")
    expectRefusal(run, 1, "taesd", "4 channels for 8 x 8 pixels", "4 for 2 x 2")
    let vae = TinyModel.path("sd1/vae")
    expectRefusal(try image("--vae", vae, model: "two-stages"), 1, vae, "8 x 8 pixels", "2 x 2")
  }

  @Test("a tiny autoencoder with another function is refused by its field")
  func otherActivation() throws {
    try FileManager.default.copyItem(atPath: Self.tiny + "/diffusers", toPath: folder.file("silu"))
    try folder.replace("\"act_fn\": \"relu\"", "\"act_fn\": \"silu\"", in: "silu/config.json")
    expectRefusal(try image("--tiny-vae", "silu"), 1, "silu/config.json", "act_fn", "\"relu\"")
  }

  @Test("without an encoder, pictures are made and none are taken in")
  func noEncoder() throws {
    try FileManager.default.copyItem(atPath: TinyModel.path("sd1"), toPath: folder.file("model"))
    let vae = "model/vae/diffusion_pytorch_model.safetensors"
    try folder.write(vae, withoutEncoder(folder.bytes(vae)))
    let photograph = TinyModel.path("pictures") + "/sd1.png"
    expectDone(try image("-o", "own.png", model: "sd1"), "own.png")
    expectDone(try image("-o", "without.png", model: "model"), "without.png")
    #expect(try picture("own.png") == picture("without.png"))
    expectRefusal(
      try image("--from", photograph, model: "model"), 1, "model/vae has no encoder",
      "as the vae or the tiny VAE")
    expectRefusal(
      try folder.run("encode-image", photograph, "--model", "model"), 1, "model/vae has no encoder")
    let run = try image(
      "--from", photograph, "--tiny-vae", Self.tiny + "/taesd", "-o", "tiny.png", model: "model")
    expectDone(run, "tiny.png")
  }

  /// A safetensors file without the tensors whose names begin with `encoder.`: those behind move to the front.
  private func withoutEncoder(_ file: Data) throws -> Data {
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let table =
      try JSONSerialization.jsonObject(with: file.subdata(in: 8..<8 + length)) as? [String: Any] ?? [:]
    var (kept, values) = ([String: Any](), Data())
    for (name, row) in table where !name.hasPrefix("encoder.") && name != "__metadata__" {
      guard var row = row as? [String: Any], let place = row["data_offsets"] as? [Int] else { continue }
      row["data_offsets"] = [values.count, values.count + place[1] - place[0]]
      values += file[8 + length + place[0]..<8 + length + place[1]]
      kept[name] = row
    }
    let header = try JSONSerialization.data(withJSONObject: kept)
    return Data(withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)) + header + values
  }

  @Test("walks go through a tiny autoencoder, too, and never mix its frames with others")
  func walks() throws {
    let arguments = [
      "circle", "a dog", "--model", "sd1", "--steps", "1", "--seed", "1", "--frames", "2", "-o", "a.gif",
      "--frames-directory", "frames",
    ]
    let tiny = ["--tiny-vae", Self.tiny + "/taesd"]
    expectDone(try Program(arguments + tiny, in: folder.path).finished(), "a.gif")
    let frame = try folder.bytes("frames/frame-00000.png")
    for other in [[], ["--vae", TinyModel.path("sd1/vae")], tiny + ["--vae", TinyModel.path("sd1/vae")]] {
      expectRefusal(try Program(arguments + other, in: folder.path).finished(), 1, "another recipe")
    }
    #expect(try folder.bytes("frames/frame-00000.png") == frame)
    try folder.remove("frames/frame-00000.png")
    expectDone(try Program(arguments + tiny, in: folder.path).finished(), "a.gif")
    #expect(try folder.bytes("frames/frame-00000.png") == frame)
  }
}
