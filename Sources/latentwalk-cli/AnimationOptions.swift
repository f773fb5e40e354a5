import ArgumentParser
import Foundation

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
  var frames = 60

  @Option(parsing: .unconditional, help: "Frames a second.")
  var fps = 10.0

  @Flag(help: "Play there and back again: frames 0 1 2 3 give 0 1 2 3 2 1.")
  var rubberBand = false

  @Option(
    help: ArgumentHelp("Keep the frames in this folder, as frame-00000.png and so on.", valueName: "dir"),
    completion: .directory)
  var framesDirectory: String?

  func validate() throws {
    try require(1...100_000 ~= frames, "--frames", "\(frames)", "1 to 100000")
    try require(fps >= 0.01 && fps <= 50, "--fps", "\(fps)", "0.01 to 50 frames a second")
    if let output { try requireExtension(".gif", output, "--output") }
  }
}

/// Stops with exit code 64 unless a file that is to be written has the ending of its format.
func requireExtension(_ ending: String, _ path: String, _ option: String) throws {
  guard path.lowercased().hasSuffix(ending) || isDevice(path) else {
    throw ValidationError("\(option) is \(path); choose a name that ends in \(ending).")
  }
}

/// Whether a path leads to no place for files, but to a device or a pipe. /dev/stdout is one, even where the shell sends it into a
/// file; /dev/shm/walk.gif is none.
func isDevice(_ path: String) -> Bool {
  var status = stat()
  let isFile = stat(path, &status) != 0 || [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  return !isFile || ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/")
}
