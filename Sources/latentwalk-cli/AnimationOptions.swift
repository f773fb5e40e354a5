import ArgumentParser
import Foundation
import LatentWalk
import Media

/// How an animation plays and where it is written.
struct AnimationOptions: ParsableArguments {
  @OptionGroup var results: ResultOptions

  @Option(parsing: .unconditional, help: "Frames a second.")
  var fps = defaults.fps

  @OptionGroup var order: PlayingOptions

  func validate() throws {
    for output in results.output.isEmpty ? ["walk.gif"] : results.output {
      try requireWalkOutput(output, fps)
    }
  }
}

/// How many frames a walk has.
struct FrameCountOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help:
      "Frames of the walk; with --pace-by, as many as the sound lasts. (default: \(RecipeDraft.defaultFrames))"
  )
  var frames: Int?

  func validate() throws { if let frames { try requireFrames(frames) } }
}

func requireFrames(_ frames: Int) throws {
  try require(
    Recipe.frameCounts.contains(frames), "--frames", "\(frames)", "1 to \(Recipe.frameCounts.upperBound)")
}

/// Where the results of a walk are written.
struct ResultOptions: ParsableArguments {
  @Option(
    name: [.long, .customShort("o")],
    help: ArgumentHelp(
      """
      The result: .gif, .apng or .webp, .mp4 or .webm (by ffmpeg), or .png for a sheet of the frames; may be given \
      several times. (default: the subcommand and the seed, such as circle-42.gif)
      """,
      valueName: "file"),
    completion: .file(extensions: ["gif", "apng", "webp", "mp4", "webm", "png"]))
  var output: [String] = []

  @OptionGroup var framesDirectory: FramesDirectoryOptions
  @OptionGroup var overwriting: OutputOptions

  func validate() throws {
    guard Set(output).count == output.count else {
      throw ValidationError("--output names the same file several times; name each result once.")
    }
  }

  /// Where the results lie.
  /// - Parameter name: of the one result where none was given, without its ending.
  func files(of recipe: Recipe, named name: String) throws -> [WalkOutput] {
    let ending = recipe.playback.sheetColumns == nil ? "gif" : "png"
    return try (output.isEmpty ? ["\(name).\(ending)"] : output).map { path in
      try requireWalkOutput(path, recipe.playback.fps)
      return try WalkOutput(path: path, of: recipe)
    }
  }

  /// The seed for a draft that has none: that of an interrupted run of the same command, which is resumed, or one that is
  /// drawn.
  /// - Parameter keyFrame: one that has this seed.
  /// - Returns: the seed, and what has to be added to the command so that it is resumed with the same.
  func seed(_ given: UInt64?, ofKeyFrame keyFrame: Int = 0) throws -> (seed: UInt64, resuming: String) {
    if let given { return (given, "") }
    if let lastingDirectory, let known = try FrameDirectory.recipe(in: lastingDirectory),
      known.walk.keyFrames.indices.contains(keyFrame)
    {
      return (known.walk.keyFrames[keyFrame].seed, "")
    }
    let seed = UInt64(UInt32.random(in: .min ... .max))
    return (seed, lastingDirectory == nil ? " with --seed \(seed)" : "")
  }

  /// The folder of the frames, if it is the same whatever the seed.
  private var lastingDirectory: String? {
    framesDirectory.path ?? output.first.flatMap { isDevice($0) ? nil : $0 + ".frames" }
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

  /// Where the frames are: in the folder that was given; else beside the result until it is complete, or, as nothing can
  /// lie beside a device, among the temporary files.
  func directory(for output: String) -> String {
    let name = URL(fileURLWithPath: output).lastPathComponent
    return path ?? (isDevice(output) ? NSTemporaryDirectory() + name : output) + ".frames"
  }
}

/// Stops with exit code 64 unless a walk can be written under a name and at a frame rate.
func requireWalkOutput(_ output: String, _ fps: Double) throws {
  if WalkOutput.isSheet(output) { return }
  guard let format = try? AnimationFormat(path: output) else {
    throw ValidationError(
      "--output is \(output); choose a name that ends in \(AnimationFormat.endings), or in .png for a sheet of the frames."
    )
  }
  let fastest = format.frameRates.upperBound
  try require(
    fps >= 0.01 && fps <= fastest, "--fps", "\(fps)",
    "0.01 to \(Int(fastest)) frames a second for .\(format.rawValue)")
}

/// The defaults of the whole program.
let defaults = RecipeDraft(.interpolate)
