import ArgumentParser
import Foundation
import LatentWalk
import Media
import Walks

struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract:
      "Measures how even and how smooth a walk is: an animation, or a folder of frames, of any program.",
    discussion: """
      Example: latentwalk measure dog-to-cat.gif --plot dog-to-cat.svg

      The change between two frames is their distance in Oklab at three sizes of detail: below 0.02 it flows, \
      above 0.06 it is seen as a cut. Compare walks of equal numbers of frames only.
      """)

  @Argument(
    help:
      "An animation of any program (GIF, APNG, WebP, MP4, WebM), a folder of frames, or a walk as YAML, which is rendered for this.",
    completion: .file())
  var walk: String

  @Flag(help: "As JSON, for other programs.")
  var json = false

  @Option(
    help: ArgumentHelp("Draw the way and its changes, too: .svg or .png.", valueName: "file"),
    completion: .file(extensions: ["svg", "png"]))
  var plot: String?

  @OptionGroup var result: OutputOptions

  func validate() throws {
    if let plot { try requirePlot(plot, "--plot") }
  }

  func run() throws {
    if let plot { try result.requireWritable(plot, "--plot") }
    let frames = try MeasuredFrames(FrameSource(path: walk, Reporter(isJSON: false, isQuiet: false)))
    if let plot { try frames.plot.write(to: plot) }
    print(json ? try MeasurementJSON(frames).text : text(of: frames))
  }

  private func text(of frames: MeasuredFrames) -> String {
    let walk = frames.smoothness
    let order = frames.isPingPong ? "there and back again; measured is the way there" : ""
    let largest = walk.neighbours.firstIndex(of: walk.largest) ?? 0
    let sharpness = frames.sharpness
    let lowest = sharpness.map { "lowest \(digits($0.lowest, 2)). " } ?? ""
    let ends = frames.keyFrames.isEmpty ? "the first and the last frame" : "the key frames"
    let jumps = walk.jumps.map { "\($0.frame) to \($0.frame + 1) (\(digits($0.size, 3)))" }
    let rows = [
      ("Frames", "\(frames.count)", order),
      ("Evenness", digits(walk.evenness, 2), "1 - Gini: 1 is one pace throughout, 0.8 and more is good"),
      (
        "Largest / median", walk.largestOverMedian.map { digits($0, 1) } ?? "-",
        "the largest change over the median one: 1 is even, up to 3 is good"
      ),
      (
        "Largest change", digits(walk.largest, 3),
        "from frame \(largest) to \(largest + 1); below 0.02 flows, above 0.06 is seen as a cut"
      ),
      ("Way", digits(walk.way, 2), "all changes together: less is calmer"),
      (
        "Triangle deficit", digits(walk.triangleDeficit, 2),
        "the share of the way that leads back: 0 is straight, near 1 flickers"
      ),
      (
        "Seam", digits(frames.seam, 3),
        "from the last frame to the first: in a loop as small as other changes"
      ),
      (
        "Sharpness", sharpness.map { digits($0.median, 2) } ?? "-",
        "median, \(lowest)In-betweens relative to \(ends): 1 is as sharp"
      ),
      ("Jumps", "\(jumps.count)", jumps.joined(separator: ", ")),
      ("Flat frames", "\(frames.flatFrames.count)", list(frames.flatFrames, "of one colour or black")),
      ("Stray frames", "\(frames.strayFrames.count)", list(frames.strayFrames, "far from both neighbours")),
    ]
    return rows.map { title, value, meaning in
      "\(title.padded(to: 18))\(value.padded(to: 8))\(meaning)".trimmingCharacters(in: .whitespaces)
    }.joined(separator: "\n")
  }

  private func list(_ frames: [Int], _ meaning: String) -> String {
    frames.isEmpty ? "" : "\(meaning): \(frames.map(String.init).joined(separator: ", "))"
  }
}

/// What `measure --json` prints.
private struct MeasurementJSON: Encodable {
  struct Jump: Encodable {
    let from: Int
    let to: Int
    let size: Double
  }

  let frames: Int
  let pingPong: Bool
  let evenness: Double
  let largestOverMedian: Double?
  let largest: Double
  let way: Double
  let triangleDeficit: Double
  let seam: Double
  let sharpness: RelativeSharpness?
  let jumps: [Jump]
  let flatFrames: [Int]
  let strayFrames: [Int]
  /// From each frame to the next.
  let changes: [Double]

  init(_ frames: MeasuredFrames) {
    let walk = frames.smoothness
    self.frames = frames.count
    pingPong = frames.isPingPong
    (evenness, largestOverMedian, largest) = (walk.evenness, walk.largestOverMedian, walk.largest)
    (way, triangleDeficit, seam) = (walk.way, walk.triangleDeficit, frames.seam)
    sharpness = frames.sharpness
    jumps = walk.jumps.map { Jump(from: $0.frame, to: $0.frame + 1, size: $0.size) }
    (flatFrames, strayFrames) = (frames.flatFrames, frames.strayFrames)
    changes = walk.neighbours
  }

  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

private func digits(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)f", value) }

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
