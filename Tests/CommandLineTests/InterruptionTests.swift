import Foundation
import Glibc
import LatentWalk
import TestFolders
import Testing

/// Ctrl-C: the finished frames stay, nothing is half-written, and the message says how to resume. The program writes
/// into a pipe of one page, so that it cannot get further than a page beyond the line that the test has read.
@Suite struct InterruptionTests {
  private let folder: TemporaryFolder
  private let walk = [
    "interpolate", "a dog", "a cat", "--model", "two-stages", "--frames", "4", "--batch", "1",
  ]

  init() throws { folder = try TemporaryFolder() }

  /// Stops a run after it has written a line with these words.
  private func interrupt(_ arguments: [String], after words: String, _ signal: Int32 = SIGINT) throws
    -> Program.Run
  {
    let program = try Program(arguments + ["--json"], in: folder.path, pipesOutput: true)
    try program.read(upTo: words)
    program.send(signal)
    return try program.finished()
  }

  @Test("in the middle of a frame", arguments: [SIGINT, SIGTERM])
  func middleOfAFrame(signal: Int32) throws {
    let walk = walk + ["--steps", "200", "--seed", "5"]
    let stopped = try interrupt(walk + ["-o", "walk.gif"], after: "\"batch\":[2]", signal)
    #expect(stopped.exitCode == 130)
    #expect(!stopped.output.contains("\"event\":\"done\""))
    #expect(
      stopped.errors.hasSuffix(
        "Interrupted. 2 of 4 frames are finished and stay in walk.gif.frames. To resume, run the same command again.\n"
      ))
    #expect(try folder.names() == ["walk.gif.frames"])
    #expect(try folder.names(in: "walk.gif.frames") == ["frame-00000.png", "frame-00001.png", "recipe.json"])

    let resumed = try Program(walk + ["-o", "walk.gif"], in: folder.path).finished()
    expectDone(resumed, "walk.gif")
    #expect(resumed.errors.contains("2 frames are there already"))
    #expect(try folder.names() == ["walk.gif"])

    expectDone(try Program(walk + ["-o", "whole.gif"], in: folder.path).finished(), "whole.gif")
    #expect(try folder.bytes("walk.gif") == folder.bytes("whole.gif"))
  }

  @Test("without a seed and with a name, the second run resumes with the seed that was drawn")
  func drawnSeed() throws {
    let walk = walk + ["--steps", "200", "-o", "walk.gif"]
    #expect(try interrupt(walk, after: "\"batch\":[1]").exitCode == 130)
    let seed = try #require(try FrameDirectory.recipe(in: folder.file("walk.gif.frames"))).walk.keyFrames[0]
      .seed
    let resumed = try Program(walk + ["--json"], in: folder.path).finished()
    #expect(resumed.exitCode == 0)
    #expect(resumed.output.contains("\"missing\":3") && resumed.output.contains("\"seed\":\(seed)"))
  }

  @Test("in the first frame")
  func firstFrame() throws {
    let stopped = try interrupt(walk + ["--steps", "200", "-o", "walk.gif"], after: "\"batch\":[0]")
    #expect(stopped.exitCode == 130)
    #expect(
      stopped.errors.hasSuffix(
        "Interrupted. No frame is finished yet. To resume, run the same command again.\n"))
    #expect(try folder.names(in: "walk.gif.frames") == ["recipe.json"])
  }

  @Test("without a seed and a name, the message names the seed to resume with")
  func unnamed() throws {
    let stopped = try interrupt(walk + ["--steps", "200"], after: "\"batch\":[1]")
    #expect(stopped.exitCode == 130)
    let name = try #require(try folder.names().first)
    let seed = name.dropFirst("interpolate-".count).dropLast(".gif.frames".count)
    #expect(
      stopped.errors.hasSuffix("in \(name). To resume, run the same command again with --seed \(seed).\n"))
    let resumed = try Program(walk + ["--steps", "200", "--seed", String(seed)], in: folder.path).finished()
    expectDone(resumed, "interpolate-\(seed).gif")
    #expect(resumed.errors.contains("1 frame is there already"))
  }

  @Test("while the animation is written, an older one stays as it was")
  func animation() throws {
    try folder.write("walk.gif", "an older animation".utf8)
    let arguments = [
      "walk", "a dog", "--model", "two-stages", "--frames", "200", "--steps", "1", "-o", "walk.gif",
      "--force",
    ]
    let stopped = try interrupt(arguments, after: "\"event\":\"encoded\"")
    #expect(stopped.exitCode == 130)
    #expect(stopped.errors.contains("200 of 200 frames are finished"))
    #expect(try folder.names() == ["walk.gif", "walk.gif.frames"])
    #expect(try folder.bytes("walk.gif") == Data("an older animation".utf8))
    expectDone(try Program(arguments, in: folder.path).finished(), "walk.gif")
    #expect(try folder.names() == ["walk.gif"])
  }

  @Test("of a picture nothing is written")
  func picture() throws {
    let image = ["image", "a dog", "--model", "two-stages", "--steps", "500", "--seed", "5"]
    let stopped = try interrupt(image, after: "\"event\":\"step\"")
    #expect(stopped.exitCode == 130)
    #expect(stopped.errors.contains("Interrupted. Nothing was written."))
    #expect(try folder.names().isEmpty)
  }

  @Test("a long step does not have to end", arguments: [SIGINT, SIGTERM])
  func longStep(signal: Int32) throws {
    // Sixteen frames of 128 x 128 together: a step takes a second and more.
    let walk = [
      "circle", "a dog", "--model", TinyModel.bundled, "--frames", "16", "--batch", "16", "--steps", "1000",
      "--seed",
      "5", "-o", "walk.gif",
    ]
    let stopped = try interrupt(walk, after: "\"event\":\"step\"", signal)
    #expect(stopped.exitCode == 130)
    // The step in work when the signal came may have been at its end.
    #expect(stopped.output.components(separatedBy: "\"event\":\"step\"").count - 1 <= 2, "\(stopped.output)")
    #expect(stopped.errors.contains("Interrupted. No frame is finished yet."))
  }

  @Test("while the model is loaded, nothing is rendered")
  func loading() throws {
    // The bundled model takes a tenth of a second and more to load; the handler of signals is installed just before.
    let program = try Program(
      ["walk", "a dog", "--model", TinyModel.bundled, "--threads", "1", "-o", "walk.gif"], in: folder.path)
    while try !program.catches(SIGINT) { usleep(100) }
    program.send(SIGINT)
    let run = try program.finished()
    #expect(run.exitCode == 130)
    #expect(
      run.errors.hasSuffix("Interrupted. Nothing was rendered. To start again, run the same command.\n"))
    #expect(!run.errors.contains("UNet evaluations"))
    #expect(try folder.names().isEmpty)
  }

  @Test("a second time stops at once")
  func twice() throws {
    let program = try Program(
      walk + ["--steps", "1000", "-o", "walk.gif", "--json"], in: folder.path, pipesOutput: true)
    try program.read(upTo: "\"event\":\"step\"")
    // The program is blocked by the pipe that nobody reads, so it cannot stop by itself.
    usleep(50_000)
    program.send(SIGINT)
    usleep(50_000)
    program.send(SIGINT)
    #expect(try program.finished().exitCode == 130)
  }
}
