import ArgumentParser
import Foundation
import LatentWalk
import Media

/// How long an animation is, how it plays and where it is written.
struct AnimationOptions: ParsableArguments {
  @Option(
    name: [.long, .customShort("o")],
    help: ArgumentHelp(
      "The animation: .gif, or .apng for every colour as it is. (default: the subcommand and the seed, such as circle-42.gif)",
      valueName: "file"),
    completion: .file(extensions: ["gif", "apng"]))
  var output: String?

  @Option(parsing: .unconditional, help: "Frames of the walk.")
  var frames = RecipeDraft.defaultFrames

  @Option(parsing: .unconditional, help: "Frames a second.")
  var fps = defaults.fps

  @OptionGroup var order: PlayingOptions
  @OptionGroup var framesDirectory: FramesDirectoryOptions
  @OptionGroup var result: OutputOptions

  func validate() throws {
    try require(1...100_000 ~= frames, "--frames", "\(frames)", "1 to 100000")
    try requireAnimation(output ?? "walk.gif", fps)
  }
}

/// Whether the animation plays there and back again.
struct PlayingOptions: ParsableArguments {
  @Flag(
    name: [.long, .customLong("ping-pong")],
    help: "Play there and back again: frames 0 1 2 3 give 0 1 2 3 2 1.")
  var rubberBand = false
}

struct FramesDirectoryOptions: ParsableArguments {
  @Option(
    name: .customLong("frames-directory"),
    help: ArgumentHelp("Keep the frames in this folder, as frame-00000.png and so on.", valueName: "dir"),
    completion: .directory)
  var path: String?

  /// Where the frames are: in the folder that was given; else beside the animation until it is complete, or, as
  /// nothing can lie beside a device, among the temporary files.
  func directory(for output: String, _ name: String) -> String {
    path ?? (isDevice(output) ? NSTemporaryDirectory() + name : output) + ".frames"
  }
}

/// Stops with exit code 64 unless an animation can be written under a name and at a frame rate.
func requireAnimation(_ output: String, _ fps: Double) throws {
  guard let format = try? AnimationFormat(path: output) else {
    throw ValidationError("--output is \(output); choose a name that ends in \(AnimationFormat.endings).")
  }
  let fastest = format.frameRates.upperBound
  try require(
    fps >= 0.01 && fps <= fastest, "--fps", "\(fps)",
    "0.01 to \(Int(fastest)) frames a second for .\(format.rawValue)")
}

/// The defaults of the whole program.
let defaults = RecipeDraft(.interpolate)
