import Checkpoints
import Foundation
import LatentWalk
import Media
import Sampling
import TestFolders
import Testing

/// `image` and `encode`: what they write, and where.
@Suite struct PictureTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func image(_ arguments: String...) throws -> Program.Run {
    try Program(["image", "--model", "two-stages", "--steps", "3"] + arguments, in: folder.path).finished()
  }

  private func recipe(inPNG name: String) throws -> Recipe {
    try Recipe(json: #require(try recipeText(inFile: folder.file(name))))
  }

  @Test(
    "with standard streams closed the work is finished quietly",
    arguments: [[2], [1, 2], [0, 1, 2]] as [[Int32]])
  func closedStreams(closed: [Int32]) throws {
    let arguments = ["image", "a dog", "--model", "two-stages", "--steps", "2", "--seed", "3", "-o", "a.png"]
    let run = try Program(arguments, in: folder.path, closing: closed).finished()
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(try Picture(pngFile: folder.file("a.png")).width > 0)
    #expect(try folder.names() == ["a.png"])
  }

  @Test("a picture is named after the seed, has the model's size and holds its recipe")
  func picture() throws {
    expectDone(try image("Ein Hund, größer als 犬", "--seed", "42"), "image-42.png")
    let picture = try Picture(pngFile: folder.file("image-42.png"))
    #expect((picture.width, picture.height) == (12, 12))
    let recipe = try recipe(inPNG: "image-42.png")
    let keyFrame = recipe.walk.keyFrames[0]
    #expect(recipe.walk.kind == .image && recipe.walk.keyFrames.count == 1)
    #expect(keyFrame.prompt == "Ein Hund, größer als 犬" && keyFrame.seed == 42)
    #expect(recipe.model.name == "two-stages" && keyFrame.sampling.steps == 3 && keyFrame.guidance == 7.5)
    #expect(try folder.names() == ["image-42.png"])
  }

  @Test(
    "without a schedule each sampler takes its own; the evaluations are reported")
  func defaultSchedules() throws {
    for (sampler, schedule, evaluations) in [
      ("lcm", ScheduleKind.trailing, 6), ("heun", .karras, 10), ("euler-a", .karras, 6), ("ddim", .keras, 6),
      ("pndm", .keras, 8), ("dpm++2m", .karras, 6), ("unipc", .karras, 6),
    ] {
      let run = try image("a dog", "--seed", "5", "--sampler", sampler, "-o", "\(sampler).png")
      expectDone(run, "\(sampler).png")
      #expect(run.errors.contains("\(evaluations) UNet evaluations"), "\(run.errors)")
      #expect(try recipe(inPNG: "\(sampler).png").walk.keyFrames[0].sampling.schedule == schedule)
    }
  }

  @Test("without a seed one is drawn, and the name and the report tell it")
  func drawnSeed() throws {
    let (first, second) = (try image("a dog"), try image("a dog"))
    let names = try folder.names()
    #expect(names.count == 2)
    for run in [first, second] {
      let name = String(run.output.dropLast())
      #expect(names.contains(name))
      let seed = try recipe(inPNG: name).walk.keyFrames[0].seed
      #expect(name == "image-\(seed).png")
      #expect(run.errors.contains("seed \(seed):"))
    }
  }

  @Test("the picture has the requested size and path")
  func sizeAndPlace() throws {
    try folder.make("pictures")
    try folder.write("pictures/dog.PNG", "an older picture".utf8)
    expectDone(
      try image("a dog", "--width", "20", "--height", "8", "-o", "pictures/dog.PNG", "--force"),
      "pictures/dog.PNG")
    let picture = try Picture(pngFile: folder.file("pictures/dog.PNG"))
    #expect((picture.width, picture.height) == (20, 8))
    #expect(try folder.names(in: "pictures") == ["dog.PNG"])
  }

  @Test("the same command gives the same bytes, with other batches and threads, too")
  func sameBytes() throws {
    expectDone(try image("a dog", "--seed", "1", "-o", "a.png"), "a.png")
    expectDone(try image("a dog", "--seed", "1", "-o", "b.png", "--threads", "3", "--batch", "2"), "b.png")
    expectDone(try image("a dog", "--seed", "2", "-o", "c.png"), "c.png")
    #expect(try folder.bytes("a.png") == folder.bytes("b.png"))
    #expect(try folder.bytes("a.png") != folder.bytes("c.png"))
  }

  @Test("the latents are written channels first, and are the noise for nobody but themselves")
  func latents() throws {
    let run = try image("a dog", "--width", "20", "--latents-output", "latents.npy", "--seed", "1")
    expectDone(run, "image-1.png")
    #expect(try NumpyArray(npyFile: folder.file("latents.npy")).shape == [4, 6, 10])
    #expect(try folder.names() == ["image-1.png", "latents.npy"])
  }

  @Test("an embedding from encode gives the picture of its prompt")
  func encodeAndUse() throws {
    expectDone(try folder.run("encode", "a dog", "--model", "two-stages", "-o", "dog.npy"), "dog.npy")
    expectDone(try image("a dog", "--seed", "1", "-o", "prompt.png"), "prompt.png")
    expectDone(try image("--embedding", "dog.npy", "--seed", "1", "-o", "embedding.png"), "embedding.png")
    #expect(
      try Picture(pngFile: folder.file("prompt.png")) == Picture(pngFile: folder.file("embedding.png")))
  }

  @Test("encode writes diffusers' embedding", arguments: ["two-stages", "sd1"])
  func embedding(model: String) throws {
    expectDone(try folder.run("encode", "A photograph of a dog", "--model", model), "encode.npy")
    let found = try NumpyArray(npyFile: folder.file("encode.npy"))
    let golden = try TensorFile(path: TinyModel.path(model) + "/golden.safetensors")
    let all = try #require(try golden.tensor("embeddings")).float32()
    #expect(found.shape == Array(all.shape.dropFirst()))
    // The second of the golden prompts.
    let expected = all.values[found.values.count..<2 * found.values.count]
    #expect(zip(found.values, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("the schedule 'keras' makes 31 steps of 30, and says so")
  func kerasSteps() throws {
    let run = try image("a dog", "--seed", "1", "--steps", "30")
    expectDone(run, "image-1.png")
    #expect(run.errors.contains("Warning: The schedule keras makes 31 steps of 30."))
    #expect(run.errors.contains("62 UNet evaluations"))
    #expect(try recipe(inPNG: "image-1.png").walk.keyFrames[0].sampling.steps == 30)
    let leading = try image("a dog", "--seed", "1", "--steps", "30", "--schedule", "leading")
    #expect(!leading.errors.contains("Warning"))
  }

  @Test("with --quiet nothing is said")
  func quiet() throws {
    let run = try image("a dog", "--seed", "1", "--quiet")
    expectDone(run, "image-1.png")
    #expect(run.errors.isEmpty)
  }

  // Through links in the test's folder, never under /dev itself: a program that renames over its output would, as root,
  // replace the machine's devices.
  @Test("a pipe takes the picture, and its name does not follow the bytes")
  func pipe() throws {
    try folder.link("out.png", to: "/proc/self/fd/1")
    let arguments = ["image", "a dog", "--model", "two-stages", "--steps", "1", "-o", "out.png", "--quiet"]
    let run = try Program(arguments, in: folder.path, pipesOutput: true).finished()
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.hasSuffix("IEND\u{FFFD}B`\u{FFFD}"))
    #expect(try folder.isLink("out.png"))
  }

  @Test("a link stays one, and the file behind it gets the picture, the latents or the embedding")
  func links() throws {
    for (link, file) in [("out.png", "dog.png"), ("latents.npy", "l.npy"), ("embedding.npy", "e.npy")] {
      try folder.write(file, "an older file, longer than what comes now".utf8)
      try folder.link(link, to: file)
    }
    expectDone(try image("a dog", "-o", "out.png", "--latents-output", "latents.npy", "--force"), "out.png")
    expectDone(
      try folder.run("encode", "a dog", "--model", "two-stages", "-o", "embedding.npy", "--force"),
      "embedding.npy")
    for link in ["out.png", "latents.npy", "embedding.npy"] { #expect(try folder.isLink(link)) }
    #expect(try Picture(pngFile: folder.file("dog.png")).width == 12)
    #expect(try NumpyArray(npyFile: folder.file("l.npy")).shape == [4, 6, 6])
    #expect(try NumpyArray(npyFile: folder.file("e.npy")).shape == [77, 16])
    #expect(try folder.names().count == 6)
  }

  @Test("a device takes the latents and the embedding")
  func devices() throws {
    try folder.link("null.npy", to: "/dev/null")
    expectDone(try image("a dog", "--seed", "1", "--latents-output", "null.npy"), "image-1.png")
    expectDone(try folder.run("encode", "a dog", "--model", "two-stages", "-o", "null.npy"))
    #expect(try folder.isLink("null.npy"))
  }
}
