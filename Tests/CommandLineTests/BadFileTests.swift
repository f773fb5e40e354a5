import Foundation
import TestFolders
import Testing

/// Noise, embeddings, sizes and places to write that do not do.
@Suite struct BadFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func image(_ arguments: String..., in place: String? = nil) throws -> Program.Run {
    try Program(
      ["image", "--model", "two-stages", "--steps", "2", "--seed", "1"] + arguments, in: place ?? folder.path
    )
    .finished()
  }

  @Test("a size that is no multiple of the model's is refused with the nearest that is")
  func size() throws {
    expectRefusal(try image("a dog", "--width", "31"), 1, "31 x 12", "multiples of 2", "such as 32 x 12")
  }

  @Test("noise of another shape is refused with the shapes that fit")
  func noiseShape() throws {
    try folder.writeZeros("noise.npy", [4, 8, 8])
    expectRefusal(
      try image("a dog", "--noise", "noise.npy"), 1, "noise.npy", "[4, 8, 8]", "[4, 6, 6] or [6, 6, 4]",
      "width and height")
  }

  @Test("an embedding of another model is refused with the shape that fits")
  func embeddingShape() throws {
    try folder.writeZeros("embedding.npy", [77, 768])
    expectRefusal(
      try image("--embedding", "embedding.npy"), 1, "embedding.npy", "[77, 768]", "[77, 16]",
      "latentwalk encode")
  }

  @Test(
    "numbers of another type are refused with the way to save them", arguments: ["--noise", "--embedding"])
  func elementType(option: String) throws {
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    try folder.write(
      "array.npy",
      [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + [UInt8](repeating: 0, count: 16))
    let prompt = option == "--noise" ? ["a dog"] : []
    let run = try Program(["image", "--model", "two-stages", option, "array.npy"] + prompt, in: folder.path)
      .finished()
    expectRefusal(run, 1, "array.npy", "<f8", "astype(\"float32\")")
  }

  @Test("a file that is no array, a folder, and a file that is not there are refused by name")
  func noArray() throws {
    try folder.write("text.npy", "some text".utf8)
    try folder.make("folder.npy")
    expectRefusal(try image("a dog", "--noise", "text.npy"), 1, "text.npy", "does not begin as one")
    expectRefusal(try image("a dog", "--noise", "folder.npy"), 1, "folder.npy", "it is not a file")
    expectRefusal(try image("--embedding", "nowhere.npy"), 1, "nowhere.npy", "no such file")
  }

  @Test("a seed that NumPy would not take is refused")
  func seed() throws {
    expectRefusal(
      try image("a dog", "--rng", "numpy", "--seed", "4294967296"), 64, "--seed is 4294967296",
      "4294967295")
  }

  @Test("more steps than the model was trained with are refused")
  func steps() throws {
    try folder.copyModel()
    try folder.replace(
      "\"num_train_timesteps\": 1000", "\"num_train_timesteps\": 100",
      in: "model/scheduler/scheduler_config.json")
    let run = try folder.run("image", "a dog", "--model", "model", "--steps", "200")
    expectRefusal(run, 1, "200 steps", "1 to 100")
  }

  @Test(
    "a place that cannot be written is refused before anything is rendered",
    arguments: [
      ("nowhere/dog.png", "there is no folder"), ("folder.png", "it is a folder"),
      ("/proc/dog.png", "no such file"),
      ("file/dog.png", "there is no folder"),
    ])
  func output(path: String, reason: String) throws {
    try folder.make("folder.png")
    try folder.write("file", [])
    let run = try image("a dog", "-o", path)
    expectRefusal(run, 1, "Cannot write \(path)", reason, "--output")
    #expect(!run.errors.contains("UNet evaluations"), "Nothing should have been rendered.")
  }

  @Test("latents that cannot be written are refused before anything is rendered, by their own option")
  func latentsOutput() throws {
    let run = try image("a dog", "--latents-output", "/proc/latents.npy")
    expectRefusal(run, 1, "/proc/latents.npy", "--latents-output")
    #expect(try folder.names().isEmpty)
  }

  @Test("a current folder that cannot be written is named", arguments: ["image", "walk"])
  func currentFolder(command: String) throws {
    let run = try folder.run(command, "a dog", "--model", "two-stages", "--seed", "1", in: "/proc")
    expectRefusal(run, 1, "Cannot write \(command)-1.", "/proc", "--output")
  }

  @Test("a folder for frames that cannot be made is refused")
  func framesFolder() throws {
    try folder.write("file", [])
    let run = try folder.run(
      "walk", "a dog", "--model", "two-stages", "--frames-directory", "file/frames", "-o", "walk.gif")
    expectRefusal(run, 1, "file/frames", "not a directory", "another folder")
  }

  @Test("prompts that are too long for a file's recipe are refused before anything is rendered")
  func recipeTooLong() throws {
    // The system takes arguments of at most 128 KiB.
    let prompts = Array(repeating: String(repeating: "a dog ", count: 20_000), count: 9)
    let run = try Program(
      ["interpolate"] + prompts + ["--model", "two-stages", "-o", "walk.gif"], in: folder.path
    ).finished()
    expectRefusal(run, 1, "Shorten the prompts")
    #expect(!run.errors.contains("UNet evaluations"), "Nothing should have been rendered.")
  }

  @Test("of a prompt that is too long, the end is cut and reported")
  func longPrompt() throws {
    let run = try image((1...80).map { "\($0)" }.joined(separator: " "), "--quiet")
    expectDone(run, "image-1.png")
    #expect(run.errors.hasPrefix("Warning: The prompt is too long"))
    #expect(run.errors.contains("79 80\""))
    #expect(!run.errors.contains(" 1 2 3 "))
  }
}
