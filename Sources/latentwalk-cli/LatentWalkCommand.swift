import ArgumentParser
import Glibc

@main
struct LatentWalkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latentwalk",
    abstract: "Walks through the latent space of Stable Diffusion: two prompts in, a smooth animation out.",
    discussion: """
      A first walk, on the model that comes with the program:

        latentwalk interpolate "A photograph of a dog" "A photograph of a cat"

      With --rubber-band it plays there and back again, as a loop.
      With Stable Diffusion from your own disk, add --model and the path of a checkpoint or a diffusers folder.
      The name of the result is written to standard output, progress to standard error.
      Exit codes: 0 done, 1 failed, 64 wrong usage, 130 interrupted.
      """,
    version: version,
    subcommands: [
      InterpolateCommand.self, WalkCommand.self, CircleCommand.self, DriftCommand.self, LoopCommand.self,
      GridCommand.self, SeedsCommand.self, DenoiseCommand.self, AlbumCommand.self, ImageCommand.self,
      RenderCommand.self, InspectCommand.self, MeasureCommand.self, PlotCommand.self, EncodeCommand.self,
      EncodeImageCommand.self, DecodeCommand.self, ModelsCommand.self, DoctorCommand.self,
      DecodeCommand.self,
      ModelsCommand.self, DoctorCommand.self,
    ])

  static let version = "0.3.0"

  /// Standard streams that the caller closed are open on /dev/null: writing to them is no error, and no file that is
  /// opened gets their numbers.
  static func main() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest number that is free, so this one.
      _ = open("/dev/null", O_RDWR)
    }
    main(nil)
  }
}
