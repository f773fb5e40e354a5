import Foundation
import Media
import TestFolders
import Testing

/// `measure` and `plot` on frames whose changes are known.
@Suite struct MeasureTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.make("frames")
  }

  /// Frames that are half black, and whose other half has these greys.
  private func write(_ greys: [Int], name: (Int) -> String = { "frame-\($0).png" }) throws {
    for (number, grey) in greys.enumerated() {
      let pixels = (0..<3 * 16 * 16).map { $0 % 48 < 24 ? UInt8(grey) : 0 }
      try Picture(width: 16, height: 16, pixels: pixels).writePNG(to: folder.file("frames/\(name(number))"))
    }
  }

  private struct Measurement: Decodable {
    struct Sharpness: Decodable {
      let median: Double
      let lowest: Double
    }
    struct Jump: Decodable {
      let from: Int
      let to: Int
      let size: Double
    }
    let frames: Int
    let pingPong: Bool
    let evenness: Double
    let largestOverMedian: Double?
    let largest: Double
    let triangleDeficit: Double
    let seam: Double
    let sharpness: Sharpness?
    let jumps: [Jump]
    let flatFrames: [Int]
    let strayFrames: [Int]
  }

  private func measure() throws -> Measurement {
    let run = try folder.run("measure", "frames", "--json")
    #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
    return try JSONDecoder().decode(Measurement.self, from: Data(run.output.utf8))
  }

  @Test("a walk with one cut is measured, its frames counted in the order of their numbers")
  func cut() throws {
    // Eleven frames: sorted as text, frame-10 would come second.
    try write([60, 64, 68, 72, 76, 80, 160, 164, 168, 172, 176])
    let walk = try measure()
    #expect(walk.frames == 11 && !walk.pingPong)
    #expect(walk.jumps.map(\.from) == [5] && walk.jumps.map(\.to) == [6])
    #expect(walk.largest == walk.jumps[0].size && (walk.largestOverMedian ?? 0) > 10)
    #expect(walk.evenness < 0.5 && walk.triangleDeficit < 0.01 && walk.seam > walk.largest)
    #expect(walk.flatFrames.isEmpty && walk.strayFrames.isEmpty)
    #expect((walk.sharpness?.lowest ?? 0) > 0.5 && (walk.sharpness?.median ?? 9) < 1.2)
  }

  @Test("the text says what each figure means, and names jumps and bad frames")
  func text() throws {
    try write([60, 64, 68, 72, 0, 76, 80, 84, 160, 164, 168])
    let run = try folder.run("measure", "frames")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 11 && lines[0] == "Frames            11")
    for title in [
      "Evenness ", "Largest / median ", "Largest change ", "Way ", "Triangle deficit ", "Seam ", "Sharpness ",
    ] {
      #expect(lines.contains { $0.hasPrefix(title) && $0.count > 40 }, "\(title)")
    }
    #expect(lines.contains { $0.hasPrefix("Jumps             3") && $0.contains("7 to 8 (0.") })
    #expect(lines.contains("Flat frames       1       of one colour or black: 4"))
    #expect(lines.contains("Stray frames      1       far from both neighbours: 4"))
  }

  @Test("there and back again is measured one way, and its seam is that of the whole")
  func pingPong() throws {
    try write([60, 70, 90, 100, 120, 100, 90, 70])
    let walk = try measure()
    #expect(walk.pingPong && walk.frames == 5 && walk.triangleDeficit < 0.01)
    #expect(walk.seam < walk.largest)
    let run = try folder.run("measure", "frames")
    #expect(
      run.output.hasPrefix("Frames            5       there and back again; measured is the way there\n"))
  }

  @Test("frames of one walk in its folder mark their key frames")
  func keyFrames() throws {
    let common = ["--model", "two-stages", "--steps", "2", "--seed", "3", "--frames", "5", "-o", "x.gif"]
    let walk = try Program(
      ["interpolate", "a dog", "a cat", "a house", "--frames-directory", "walk"] + common, in: folder.path
    ).finished()
    expectDone(walk, "x.gif")
    expectDone(try folder.run("plot", "walk", "-o", "way.svg"), "way.svg")
    let svg = String(decoding: try folder.bytes("way.svg"), as: UTF8.self)
    #expect(svg.components(separatedBy: ##"fill="#f2a93b""##).count - 1 == 3 + 3 + 1)
  }

  @Test("a plot is drawn as its name ends, by both commands, and no file is replaced without --force")
  func plots() throws {
    try write([60, 64, 160, 164])
    #expect(try folder.run("measure", "frames", "--plot", "a.svg").exitCode == 0)
    expectDone(try folder.run("plot", "frames", "--output", "b.svg"), "b.svg")
    #expect(try folder.bytes("a.svg") == folder.bytes("b.svg"))
    expectRefusal(try folder.run("plot", "frames", "--output", "b.svg"), 1, "b.svg", "--force")
    expectRefusal(try folder.run("measure", "frames", "--plot", "b.svg"), 1, "b.svg", "--plot", "--force")
    expectDone(try folder.run("plot", "frames", "--output", "b.svg", "--force"), "b.svg")
    expectDone(try folder.run("plot", "frames"), "frames-plot.png")
    #expect(try Picture(file: folder.file("frames-plot.png")).width == 960)
    #expect(try folder.names() == ["a.svg", "b.svg", "frames", "frames-plot.png"])
  }

  @Test("a contact sheet has every frame, or every so manyth, with its number")
  func sheet() throws {
    try write((0..<9).map { 60 + 4 * $0 })
    expectDone(try folder.run("plot", "frames", "--sheet", "a.png"), "a.png")
    expectDone(
      try folder.run("plot", "frames", "--sheet", "b.png", "--every", "4", "--columns", "3", "-o", "c.svg"),
      "c.svg", "b.png")
    let (all, some) = (try Picture(file: folder.file("a.png")), try Picture(file: folder.file("b.png")))
    #expect(all.width == 3 * 24 + 8 && some.width == all.width && all.height > 2 * some.height)
    #expect(try folder.names() == ["a.png", "b.png", "c.svg", "frames"])
  }

  @Test("what is no walk is refused with what to give instead", arguments: ["measure", "plot"])
  func refusals(command: String) throws {
    try folder.write("walk.yaml", "frames: 3\n")
    try folder.make("empty")
    expectRefusal(try folder.run(command, "nowhere"), 1, "nowhere", "no such file")
    expectRefusal(try folder.run(command, "walk.yaml"), 1, "walk.yaml, line 1", "key-frames is missing")
    expectRefusal(try folder.run(command, "empty"), 1, "no pictures in empty", "Give a folder")
    try write([60])
    expectRefusal(try folder.run(command, "frames"), 1, "one frame")
    try Picture(width: 2, height: 1, pixels: [9, 9, 9, 9, 9, 9]).writePNG(to: folder.file("frames/x.png"))
    expectRefusal(try folder.run(command, "frames"), 1, "frames/x.png", "2 x 1", "16 x 16")
    try folder.write("frames/broken.png", "no picture")
    expectRefusal(try folder.run(command, "frames"), 1, "broken.png")
    #expect(try folder.names() == ["empty", "frames", "walk.yaml"])
  }

  @Test("wrong options are wrong usage")
  func usage() throws {
    try write([60, 64])
    expectRefusal(try folder.run("measure", "frames", "--plot", "a.gif"), 64, "--plot", ".svg or .png")
    expectRefusal(try folder.run("plot", "frames", "--output", "a.jpg"), 64, "--output", ".svg or .png")
    expectRefusal(try folder.run("plot", "frames", "--sheet", "a.svg"), 64, "--sheet", ".png")
    expectRefusal(try folder.run("plot", "frames", "--sheet", "a.png", "--every", "0"), 64, "--every")
    expectRefusal(try folder.run("plot", "frames", "--sheet", "a.png", "--columns", "0"), 64, "--columns")
    expectRefusal(try folder.run("plot", "frames", "--columns", "3"), 64, "--columns", "--sheet")
    #expect(try folder.names() == ["frames"])
  }
}
