import Foundation
import LatentWalk
import Media
import TestFolders
import Testing

/// `interpolate`, `walk` and `circle`: their animations, their frames and what they report.
@Suite struct WalkTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String]) throws -> Program.Run {
    let common = ["--model", "two-stages", "--steps", "2", "--seed", "3"]
    return try Program(arguments + common, in: folder.path).finished()
  }

  @Test(
    "each walk writes an endless GIF with all of its frames, named after itself and the seed, and nothing else",
    arguments: [
      ["interpolate", "a dog", "a cat"], ["walk", "a dog", "--step-size", "0.5"], ["circle", "a dog"],
    ])
  func animation(arguments: [String]) throws {
    let name = "\(arguments[0])-3.gif"
    expectDone(try run(arguments + ["--frames", "6", "--fps", "8"]), name)
    #expect(try folder.names() == [name])
    let gif = try GIFSummary(folder.bytes(name))
    #expect((gif.width, gif.height) == (12, 12))
    #expect(gif.isEndless)
    #expect(gif.delays.count == 6)
    // Six frames at eight a second.
    #expect(gif.delays.reduce(0, +) == 75)
    let recipe = try Recipe(json: #require(try recipeText(inFile: folder.file(name))))
    #expect(recipe.walk.kind.rawValue == arguments[0])
    #expect(recipe.walk.timing.frameCount == 6 && recipe.playback.fps == 8)
    #expect(
      recipe.walk.keyFrames.map(\.prompt) == (arguments[0] == "interpolate" ? ["a dog", "a cat"] : ["a dog"]))
  }

  @Test("with a rubber band, n frames play as 2n - 2")
  func rubberBand() throws {
    expectDone(
      try run(["interpolate", "a dog", "a cat", "--frames", "5", "--rubber-band", "-o", "x.gif"]), "x.gif")
    let delays = try GIFSummary(folder.bytes("x.gif")).delays
    #expect(delays.count == 8)
    #expect(delays.reduce(0, +) == 80)
  }

  @Test(
    "one frame is an animation, too",
    arguments: [["interpolate", "a dog", "a cat"], ["walk", "a dog"], ["circle", "a dog"]])
  func oneFrame(arguments: [String]) throws {
    expectDone(try run(arguments + ["--frames", "1", "--rubber-band", "-o", "x.gif"]), "x.gif")
    #expect(try GIFSummary(folder.bytes("x.gif")).delays.count == 1)
  }

  @Test("a folder for frames keeps them by their numbers, and a second run renders none of them")
  func framesDirectory() throws {
    let arguments = ["circle", "a dog", "--frames", "3", "--frames-directory", "deep/frames", "-o", "x.gif"]
    expectDone(try run(arguments), "x.gif")
    let names = ["frame-00000.png", "frame-00001.png", "frame-00002.png", "recipe.json"]
    #expect(try folder.names(in: "deep/frames") == names)
    let before = try folder.bytes("x.gif")
    let again = try run(arguments + ["--json"])
    #expect(!again.output.contains("\"event\":\"frame\""))
    #expect(again.output.contains("\"missing\":0"))
    #expect(try folder.bytes("x.gif") == before)
    #expect(try folder.names(in: "deep/frames") == names)
  }

  @Test("frames of another recipe are refused, and stay")
  func otherRecipe() throws {
    let arguments = ["--frames", "2", "--frames-directory", "frames", "-o"]
    expectDone(try run(["circle", "a dog"] + arguments + ["x.gif"]), "x.gif")
    expectRefusal(
      try run(["circle", "a cat"] + arguments + ["y.gif"]), 1, "frames", "another recipe",
      "another folder for frames")
    #expect(try folder.names(in: "frames").count == 3)
  }

  @Test("threads and batches do not change a byte")
  func sameBytes() throws {
    let arguments = ["interpolate", "a dog", "a cat", "--frames", "5", "--width", "40"]
    expectDone(try run(arguments + ["--threads", "1", "--batch", "1", "-o", "a.gif"]), "a.gif")
    expectDone(try run(arguments + ["--threads", "3", "--batch", "4", "-o", "b.gif"]), "b.gif")
    #expect(try folder.bytes("a.gif") == folder.bytes("b.gif"))
  }

  @Test("a device takes the animation, and no frames are left beside it")
  func device() throws {
    try folder.link("null.gif", to: "/dev/null")
    expectDone(try run(["circle", "a dog", "--frames", "2", "-o", "null.gif"]))
    #expect(try folder.names() == ["null.gif"])
    #expect(try folder.isLink("null.gif"))
  }

  @Test(
    "a file in memory, under /dev/shm, is a file like others", .enabled(if: access("/dev/shm", W_OK) == 0))
  func sharedMemory() throws {
    let path = "/dev/shm/latentwalk-\(UUID().uuidString).gif"
    defer { unlink(path) }
    expectDone(try run(["circle", "a dog", "--frames", "2", "-o", path]), path)
    #expect(try GIFSummary(Data(contentsOf: URL(fileURLWithPath: path))).delays.count == 2)
  }

  @Test("progress is written to standard error: what will be done, how far it is, and that it is done")
  func progress() throws {
    let run = try run(["circle", "a dog", "--frames", "2", "-o", "x.gif"])
    expectDone(run, "x.gif")
    let lines = run.errors.split(separator: "\n")
    #expect(
      lines.first
        == "2 frames of 12 x 12 with the model two-stages, seed 3: 2 steps, guidance 7.5, 8 UNet evaluations."
    )
    // What it costs is measured before.
    #expect(lines.dropFirst().first?.contains(": 8 UNet evaluations, ") == true)
    #expect(lines.dropFirst(2).first?.hasPrefix("Rendering: ") == true)
    #expect(lines.last?.hasPrefix("Done in 0:0") == true)
  }

  @Test("with --json each line is an object: start, steps, frames, done")
  func json() throws {
    let run = try run(["circle", "a dog", "--frames", "2", "--batch", "1", "-o", "x.gif", "--json"])
    #expect(run.exitCode == 0)
    #expect(run.errors.isEmpty)
    let lines = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(
      lines.map { $0["event"] as? String } == [
        "start", "step", "step", "frame", "step", "step", "frame", "encoded", "encoded", "done",
      ])
    #expect(lines.first?["evaluations"] as? Int == 8)
    #expect(lines.first?["seed"] as? Int == 3)
    #expect(
      lines[5]["step"] as? Int == 2 && lines[5]["steps"] as? Int == 2 && lines[5]["batch"] as? [Int] == [1])
    #expect(lines[6]["frame"] as? Int == 1)
    #expect(lines.last?["output"] as? String == "x.gif")
  }

  @Test("many frames take no more memory than few")
  func memory() throws {
    let arguments = [
      "circle", "a dog", "--model", "two-stages", "--steps", "2", "--seed", "3", "--width", "64", "--height",
      "64",
      "--batch", "2", "-o", "x.gif", "--json", "--force",
    ]
    // All frames are rendered when the first is encoded; the lines about the others fill the pipe, so that the program
    // waits.
    let peaks = try [100, 300].map { frames in
      let program = try Program(arguments + ["--frames", "\(frames)"], in: folder.path, pipesOutput: true)
      try program.read(upTo: "\"event\":\"encoded\"")
      let peak = try program.peakMemory()
      #expect(try program.finished().exitCode == 0)
      return peak
    }
    // The pixels of 200 more frames would be 2.4 MB, and their numbers four times that; runs differ by 0.4 MB.
    #expect(peaks[1] < peaks[0] + 1_000_000, "\(peaks[0]) bytes for 100 frames, \(peaks[1]) for 300")
  }
}
