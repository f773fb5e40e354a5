import Checkpoints
import Files
import Foundation
import LatentWalk
import Media
import TestFolders
import Testing

/// Pictures in: `image --from`, `encode-image` and `decode`.
@Suite struct PictureStartTests {
  private let folder: TemporaryFolder
  private static let photograph = TinyModel.path("pictures") + "/sd1.png"

  init() throws { folder = try TemporaryFolder() }

  private func image(_ arguments: String...) throws -> Program.Run {
    try Program(
      ["image", "a dog", "--model", "two-stages", "--steps", "4", "--seed", "1"] + arguments, in: folder.path
    ).finished()
  }

  private func picture(_ name: String) throws -> Picture { try Picture(pngFile: folder.file(name)) }

  @Test("a picture is begun with, and the recipe says so")
  func from() throws {
    let run = try image("--from", Self.photograph, "--strength", "0.5", "-o", "a.png")
    expectDone(run, "a.png")
    #expect(run.errors.contains("2 steps") && run.errors.contains("4 UNet evaluations"))
    #expect(run.errors.contains("begins with \(Self.photograph), strength 0.5"), "\(run.errors)")
    let recipe = try Recipe(json: #require(try recipeText(inFile: folder.file("a.png"))))
    let start = try #require(recipe.walk.keyFrames[0].start)
    #expect(start.strength == 0.5 && start.picture.path == Self.photograph)
    #expect(try start.picture.sha256 == FileDigest(of: Self.photograph))
    expectDone(try image("--from", Self.photograph, "--strength", "0.5", "-o", "b.png"), "b.png")
    expectDone(try image("--from", Self.photograph, "-o", "c.png"), "c.png")
    expectDone(try image("-o", "d.png"), "d.png")
    #expect(try folder.bytes("a.png") == folder.bytes("b.png"))
    #expect(try Set(["a", "c", "d"].map { try picture("\($0).png") }).count == 3)
    let usual = try Recipe(json: #require(try recipeText(inFile: folder.file("c.png"))))
    #expect(usual.walk.keyFrames[0].start?.strength == 0.8)
  }

  @Test("at strength 0 nothing is left to do but to encode and decode")
  func strengthZero() throws {
    expectDone(try image("--from", Self.photograph, "--strength", "0", "-o", "a.png"), "a.png")
    let model = ["--model", "two-stages"]
    expectDone(
      try Program(["encode-image", Self.photograph, "--seed", "1"] + model, in: folder.path).finished(),
      "latents.npy")
    expectDone(try Program(["decode", "latents.npy"] + model, in: folder.path).finished(), "decoded.png")
    #expect(try picture("a.png") == picture("decoded.png"))
  }

  @Test("the latents of a picture have its size, and without a seed are the same each time")
  func encodeImage() throws {
    let arguments = ["encode-image", Self.photograph, "--model", "two-stages", "--width", "20", "-o"]
    for name in ["a.npy", "b.npy"] {
      expectDone(try Program(arguments + [name], in: folder.path).finished(), name)
    }
    expectDone(try Program(arguments + ["c.npy", "--seed", "5"], in: folder.path).finished(), "c.npy")
    let latents = try ["a", "b", "c"].map { try NumpyArray(npyFile: folder.file("\($0).npy")) }
    #expect(latents[0].shape == [4, 6, 10])
    #expect(latents[0] == latents[1] && latents[0] != latents[2])
  }

  @Test("the latents of image decode to its picture")
  func decode() throws {
    expectDone(try image("--latents-output", "latents.npy", "-o", "a.png"), "a.png")
    expectDone(try folder.run("decode", "latents.npy", "--model", "two-stages", "-o", "b.png"), "b.png")
    #expect(try picture("a.png") == picture("b.png"))
  }

  @Test("latents of another shape, or with NaN, are refused")
  func badLatents() throws {
    try folder.writeZeros("three.npy", [3, 8, 8])
    try folder.writeZeros("long.npy", [4, 1, 1025])
    try folder.writeZeros("empty.npy", [4, 0, 8])
    for name in ["three", "long", "empty"] {
      let run = try folder.run("decode", "\(name).npy", "--model", "two-stages")
      expectRefusal(run, 1, "\(name).npy", "[4, h, w]", "encode-image")
    }
    try NumpyArray(shape: [4, 1, 1], values: [0, 1, .nan, 2]).write(to: folder.file("nan.npy"))
    expectRefusal(try folder.run("decode", "nan.npy", "--model", "two-stages"), 1, "nan.npy", "NaN")
    #expect(try folder.names().count == 4)
  }

  @Test("a strength outside 0 to 1, or one without a picture, is refused")
  func badStrength() throws {
    for strength in ["-0.1", "1.1", "nan"] {
      let run = try image("--from", Self.photograph, "--strength", strength)
      expectRefusal(run, 64, "--strength is \(strength)", "0 to 1")
    }
    expectRefusal(try image("--strength", "0.5"), 64, "--strength", "--from")
  }

  @Test("what is no picture, or a damaged one, is refused by name", arguments: ["image", "encode-image"])
  func badPicture(command: String) throws {
    func refused(_ name: String) throws -> Program.Run {
      let rest = command == "image" ? ["a dog", "--from", name] : [name]
      return try Program([command, "--model", "two-stages"] + rest, in: folder.path).finished()
    }
    try folder.write("text.jpg", "some text".utf8)
    try folder.write("cut.png", Data(contentsOf: URL(fileURLWithPath: Self.photograph)).prefix(500))
    try folder.write("cut.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 74, 70, 73, 70, 0])
    try folder.make("folder.png")
    expectRefusal(try refused("text.jpg"), 1, "text.jpg", "neither a PNG, a JPEG nor a WebP file")
    expectRefusal(try refused("cut.png"), 1, "cut.png", "damaged")
    expectRefusal(try refused("cut.jpg"), 1, "cut.jpg", "damaged")
    expectRefusal(try refused("nowhere.png"), 1, "nowhere.png", "no such file")
    expectRefusal(try refused("folder.png"), 1, "folder.png", "it is not a file")
    #expect(try folder.names() == ["cut.jpg", "cut.png", "folder.png", "text.jpg"])
  }

  @Test("a size that the autoencoder does not divide is refused with the nearest that it does")
  func badSize() throws {
    let run = try folder.run("encode-image", Self.photograph, "--model", "sd1", "--height", "30")
    expectRefusal(run, 1, "64 x 30", "multiples of 8", "64 x 32")
  }

  @Test("a seed that NumPy would not take is refused")
  func badSeed() throws {
    let run = try folder.run(
      "encode-image", Self.photograph, "--model", "two-stages", "--rng", "numpy", "--seed", "4294967296")
    expectRefusal(run, 1, "4294967296", "4294967295")
  }

  @Test("a walk does not begin with a picture", arguments: ["walk", "circle", "interpolate"])
  func walks(command: String) throws {
    expectRefusal(try folder.run(command, "a", "--from", Self.photograph), 64, "--from")
  }
}
