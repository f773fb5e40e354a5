import ArgumentParser
import Checkpoints
import LatentWalk
import Sampling

struct EncodeImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode-image",
    abstract:
      "Writes the latents of a picture as a .npy file, float32 [4, h, w], in the scale of the UNet.",
    discussion: """
      Example: latentwalk encode-image photo.jpg --model ~/sd-1.5 --output photo.npy

      An encoder knows the latents of a picture up to a small deviation. Without --seed the most likely ones are written.
      """)

  @Argument(
    help: "A PNG or JPEG file. Its middle is taken, made smaller or larger to fit.", completion: .file())
  var picture: String

  @Option(
    name: [.long, .customShort("o")], help: ArgumentHelp("The latents, a .npy file.", valueName: "file"),
    completion: .file(extensions: ["npy"]))
  var output = "latents.npy"

  @OptionGroup var size: SizeOptions

  @Option(
    parsing: .unconditional,
    help: "Draw the latents from their distribution with this seed. (default: the most likely ones)")
  var seed: UInt64?

  @Option(help: "Whose random numbers the seed draws.")
  var rng = defaults.rng

  @OptionGroup var model: ModelOptions
  @OptionGroup var autoencoder: AutoencoderOptions
  @OptionGroup var result: OutputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try requireExtension(".npy", output, "--output")
  }

  func run() throws {
    let reporter = report.reporter()
    try model.applyThreads()
    try result.requireWritable(output, "--output")
    let coder = try PictureCoder(
      model.folder(), autoencoder: autoencoder.files(encodes: true))
    for name in coder.unusedTensors {
      reporter.warn("The autoencoder's tensor \(name) is not used.")
    }
    let latents = try coder.latents(
      of: picture, width: size.width ?? coder.defaultSize, height: size.height ?? coder.defaultSize,
      seed: seed, rng: rng
    ).channelsFirst()
    try NumpyArray(shape: Array(latents.shape.dropFirst()), values: latents.values).write(to: output)
    reporter.done(output)
  }
}
