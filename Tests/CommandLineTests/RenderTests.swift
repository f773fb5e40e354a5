import Foundation
import LatentWalk
import Media
import TestFolders
import Testing

/// `render`: results again from what they carry, byte for byte.
@Suite struct RenderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String], _ changes: [String: String?] = [:]) throws -> Program.Run {
    try Program(arguments, in: folder.path, environment: changes).finished()
  }

  /// Makes a result with options of which none has its default value.
  private func make(_ command: [String], _ output: String, _ more: String...) throws {
    let common = [
      "--model", "two-stages", "--steps", "2", "--seed", "3", "--guidance", "4", "--negative-prompt", "naïve",
      "--sampler", "euler-a", "--schedule", "trailing", "--rng", "numpy", "--width", "20", "--convolution",
      "direct",
      "--prompt-syntax", "a1111", "-o", output,
    ]
    expectDone(try run(command + common + more), output)
  }

  private func recipe(_ name: String) throws -> Recipe {
    try Recipe(json: #require(try recipeText(inFile: folder.file(name))))
  }

  @Test(
    "an animation gives itself again",
    arguments: [
      ["interpolate", "a dog", "ein Kätzchen", "犬"], ["walk", "a dog", "--step-size", "-0.5"],
      ["circle", "a dog"],
    ])
  func animation(command: [String]) throws {
    try make(command + ["--frames", "5", "--fps", "8", "--ping-pong"], "x.gif")
    expectDone(try run(["render", "x.gif", "-o", "again.gif"]), "again.gif")
    #expect(try folder.bytes("again.gif") == folder.bytes("x.gif"))
    #expect(try folder.names() == ["again.gif", "x.gif"])
    // Over itself, for it has the same recipe; and by the name that it would have had.
    expectDone(try run(["render", "x.gif", "-o", "x.gif"]), "x.gif")
    expectDone(try run(["render", "x.gif"]), "\(command[0])-3.gif")
    for name in ["x.gif", "\(command[0])-3.gif"] {
      #expect(try folder.bytes(name) == folder.bytes("again.gif"))
    }
  }

  @Test("a picture gives itself again")
  func picture() throws {
    try make(["image", "ein Hund"], "x.png")
    expectDone(try run(["render", "x.png", "--output", "again.png"]), "again.png")
    expectDone(try run(["render", "x.png"]), "image-3.png")
    for name in ["again.png", "image-3.png"] { #expect(try folder.bytes(name) == folder.bytes("x.png")) }
  }

  @Test(
    "a picture that began with another, through a LoRA, gives itself again, also where the files have moved")
  func files() throws {
    try FileManager.default.copyItem(
      atPath: TinyModel.path("lora/kohya.safetensors"), toPath: folder.file("style.safetensors"))
    try FileManager.default.copyItem(
      atPath: TinyModel.path("pictures/sd1.png"), toPath: folder.file("photo.png"))
    let command = [
      "image", "a dog", "--model", "sd1", "--steps", "4", "--seed", "3", "--lora", "style.safetensors:0.5",
      "--from",
      "photo.png", "--strength", "0.6", "-o", "x.png", "--quiet",
    ]
    expectDone(try run(command), "x.png")
    expectDone(try run(["render", "x.png", "-o", "again.png", "--quiet"]), "again.png")
    // In another current folder, with the files beside the result.
    try folder.make("other")
    for name in ["x.png", "style.safetensors", "photo.png"] {
      try FileManager.default.moveItem(atPath: folder.file(name), toPath: folder.file("other/\(name)"))
    }
    let moved = try folder.run("render", "x.png", "-o", "moved.png", "--quiet", in: folder.file("other"))
    expectDone(moved, "moved.png")
    let again = try folder.bytes("again.png")
    #expect(try folder.bytes("other/x.png") == again && folder.bytes("other/moved.png") == again)
    try folder.remove("other/style.safetensors")
    let missing = try folder.run("render", "x.png", "-o", "y.png", in: folder.file("other"))
    expectRefusal(missing, 1, "model.loras", "style.safetensors", "not found")
  }

  @Test("a frame gives itself again, and with the name of an animation the whole walk")
  func frame() throws {
    try make(["circle", "a dog", "--frames", "4"], "x.gif", "--frames-directory", "frames")
    expectDone(try run(["render", "frames/frame-00002.png", "-o", "frame.png"]), "frame.png")
    #expect(try folder.bytes("frame.png") == folder.bytes("frames/frame-00002.png"))
    expectDone(try run(["render", "frames/frame-00002.png"]), "circle-3-frame-2.png")
    #expect(try folder.bytes("circle-3-frame-2.png") == folder.bytes("frame.png"))
    expectDone(try run(["render", "frame.png", "-o", "again.gif"]), "again.gif")
    #expect(try folder.bytes("again.gif") == folder.bytes("x.gif"))
  }

  @Test("a recipe that 'inspect --json' writes, and the recipe beside frames, gives the result again")
  func json() throws {
    try make(["circle", "a dog", "--frames", "3"], "x.gif", "--frames-directory", "frames")
    let inspected = try run(["inspect", "x.gif", "--json"])
    #expect(inspected.exitCode == 0 && inspected.errors.isEmpty)
    try folder.write("recipe.json", inspected.output.utf8)
    for file in ["recipe.json", "frames/recipe.json"] {
      expectDone(try run(["render", file, "-o", "again.gif", "--force"]), "again.gif")
      #expect(try folder.bytes("again.gif") == folder.bytes("x.gif"))
    }
  }

  @Test("--fps and --ping-pong change how an animation plays, and no frame of it")
  func playing() throws {
    try make(["circle", "a dog", "--frames", "4"], "x.gif", "--frames-directory", "frames")
    let before = try folder.names(in: "frames").map { try folder.bytes("frames/\($0)") }
    for (options, count, hundredths, fps, pingPong) in [
      (["--fps", "25"], 4, 16, 25, false), (["--ping-pong"], 6, 60, 10, true),
      (["--rubber-band", "--fps", "20"], 6, 30, 20, true), (["--no-ping-pong"], 4, 40, 10, false),
    ] as [([String], Int, Int, Double, Bool)] {
      let run = try run(
        ["render", "x.gif", "-o", "y.gif", "--force", "--frames-directory", "frames", "--json"] + options)
      #expect(run.exitCode == 0 && run.output.contains("\"missing\":0"), "\(run.errors)\(run.output)")
      let delays = try GIFSummary(folder.bytes("y.gif")).delays
      #expect(delays.count == count && delays.reduce(0, +) == hundredths, "\(options)")
      let (found, original) = (try recipe("y.gif"), try recipe("x.gif"))
      #expect(found.playback == Recipe.Playback(fps: fps, pingPong: pingPong))
      #expect(found.hasSameFrames(as: original))
    }
    #expect(try folder.names(in: "frames").map { try folder.bytes("frames/\($0)") } == before)
    // And back: what played there and back again plays once.
    expectDone(try run(["render", "x.gif", "-o", "there.gif", "--ping-pong"]), "there.gif")
    expectDone(try run(["render", "there.gif", "-o", "once.gif", "--no-rubber-band"]), "once.gif")
    #expect(try folder.bytes("once.gif") == folder.bytes("x.gif"))
  }

  @Test("--ping-pong is --rubber-band, byte for byte")
  func pingPong() throws {
    for (option, name) in [("--ping-pong", "a.gif"), ("--rubber-band", "b.gif")] {
      try make(["interpolate", "a dog", "a cat", "--frames", "4", option], name)
    }
    #expect(try folder.bytes("a.gif") == folder.bytes("b.gif"))
    // Frames that look the same are one picture that stays longer.
    #expect(try GIFSummary(folder.bytes("a.gif")).delays.reduce(0, +) == 60)
  }

  @Test("threads and batches do not change a byte")
  func threads() throws {
    try make(["circle", "a dog", "--frames", "4"], "x.gif")
    let options = ["--threads", "1", "--batch", "3"]
    expectDone(try run(["render", "x.gif", "-o", "y.gif"] + options), "y.gif")
    #expect(try folder.bytes("y.gif") == folder.bytes("x.gif"))
  }

  @Test(
    "results of schema 1 are rendered again, with the same pictures",
    arguments: ["schema-1-circle.gif", "schema-1-interpolate.gif", "schema-1-walk.gif"])
  func schema1(name: String) throws {
    let path = TinyModel.path("results/\(name)")
    expectDone(try run(["render", path, "-o", "x.gif"]), "x.gif")
    let old = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(try GIFSummary.withoutComments(folder.bytes("x.gif")) == GIFSummary.withoutComments(old))
    #expect(try recipe("x.gif").json.contains("\"schema\":3"))
    // A result of schema 3 gives itself byte for byte.
    expectDone(try run(["render", "x.gif", "-o", "y.gif"]), "y.gif")
    #expect(try folder.bytes("y.gif") == folder.bytes("x.gif"))
  }

  @Test("a picture of schema 1 is rendered again with the same pixels, and a frame gives its walk")
  func schema1Pictures() throws {
    let image = TinyModel.path("results/schema-1-image.png")
    expectDone(try run(["render", image, "-o", "x.png"]), "x.png")
    #expect(try Picture(pngFile: folder.file("x.png")) == Picture(pngFile: image))
    // Frames of schema 1 do not tell their numbers.
    let frame = TinyModel.path("results/schema-1-frame.png")
    let options = ["-o", "x.gif", "--frames-directory", "frames"]
    expectDone(try run(["render", frame] + options), "x.gif")
    #expect(try Picture(pngFile: folder.file("frames/frame-00003.png")) == Picture(pngFile: frame))
  }

  @Test("a model that moved is found by its contents, and one that was changed is refused with both digests")
  func models() throws {
    try folder.make("models")
    try folder.copyModel()
    try make(["image", "a dog"], "x.png")
    let path = folder.file("models/renamed")
    try FileManager.default.moveItem(atPath: folder.file("model"), toPath: path)
    let places = ["LATENTWALK_MODELS": folder.file("models")]
    let moved = try run(["render", "x.png", "-o", "y.png"], places)
    expectDone(moved, "y.png")
    #expect(try folder.bytes("x.png") == folder.bytes("y.png"))

    let weights = "models/renamed/unet/diffusion_pytorch_model.safetensors"
    var bytes = try folder.bytes(weights)
    bytes[bytes.count / 2] ^= 1
    try folder.write(weights, bytes)
    try FileManager.default.moveItem(atPath: path, toPath: folder.file("models/two-stages"))
    let digest = try recipe("x.png").model.sha256.short
    expectRefusal(
      try run(["render", "x.png", "-o", "z.png"], places), 1, "two-stages", digest,
      folder.file("models/two-stages"))
    #expect(!folder.has("z.png"))
  }

  @Test("an ending that does not fit, and numbers that are not accepted, are refused with the option")
  func refusals() throws {
    try make(["image", "a dog"], "x.png")
    try make(["circle", "a dog", "--frames", "2"], "x.gif")
    expectRefusal(try run(["render", "x.png", "-o", "x.gif"]), 64, "--output is x.gif", ".png")
    expectRefusal(try run(["render", "x.gif", "-o", "y.avi"]), 64, "--output is y.avi", ".gif")
    expectRefusal(try run(["render", "x.gif", "--fps", "0"]), 64, "--fps is 0", "0.01 to 1000")
    expectRefusal(try run(["render", "x.gif", "--batch", "0"]), 64, "--batch is 0", "1 to 1024")
    expectRefusal(try run(["render", "x.gif", "--seed", "5"]), 64, "--seed")
    #expect(try folder.names() == ["x.gif", "x.png"])
  }

  @Test("Ctrl-C ends a rendering again within a step, and the same command resumes it")
  func interruption() throws {
    try make(["circle", "a dog", "--frames", "4"], "x.gif", "--steps", "200")
    let render = ["render", "x.gif", "-o", "y.gif", "--batch", "1"]
    let program = try Program(render + ["--json"], in: folder.path, pipesOutput: true)
    try program.read(upTo: "\"batch\":[2]")
    program.send(SIGINT)
    let stopped = try program.finished()
    #expect(stopped.exitCode == 130)
    #expect(stopped.errors.contains("2 of 4 frames are finished and stay in y.gif.frames. To resume, run"))
    let resumed = try run(render)
    expectDone(resumed, "y.gif")
    #expect(resumed.errors.contains("2 frames are there already"))
    #expect(try folder.bytes("y.gif") == folder.bytes("x.gif"))
  }
}
