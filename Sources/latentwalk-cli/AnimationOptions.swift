import ArgumentParser
import Foundation
import LatentWalk

/// How long an animation is, how it plays and where it goes.
struct AnimationOptions: ParsableArguments {
  @Option(
    name: [.long, .customShort("o")],
    help: ArgumentHelp(
      "The animation, a .gif file. (default: the subcommand and the seed, such as circle-42.gif)",
      valueName: "file"),
    completion: .file(extensions: ["gif"]))
  var output: String?

  @Option(parsing: .unconditional, help: "Frames of the walk.")
  var frames = defaults.frames

  @Option(parsing: .unconditional, help: "Frames a second.")
  var fps = defaults.fps

  @OptionGroup var order: PlayingOptions
  @OptionGroup var framesDirectory: FramesDirectoryOptions
  @OptionGroup var result: OutputOptions

  func validate() throws {
    try require(1...100_000 ~= frames, "--frames", "\(frames)", "1 to 100000")
    try requireFrameRate(fps)
    if let output { try requireExtension(".gif", output, "--output") }
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

  /// Where the frames are: in the folder that was asked for; else beside the animation until it is complete, or, as nothing can
  /// lie beside a device, among the temporary files.
  func directory(for output: String, _ name: String) -> String {
    path ?? (isDevice(output) ? NSTemporaryDirectory() + name : output) + ".frames"
  }
}

func requireFrameRate(_ fps: Double) throws {
  try require(fps >= 0.01 && fps <= 50, "--fps", "\(fps)", "0.01 to 50 frames a second")
}

/// The defaults of the whole program.
let defaults = RecipeDraft(.interpolate)
