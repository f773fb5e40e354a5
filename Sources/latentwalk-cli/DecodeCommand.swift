import ArgumentParser
import LatentWalk

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract:
      "Makes a picture of latents in a .npy file, float32 [4, h, w], as 'image --latents-output' writes them.",
    discussion: "Example: latentwalk decode latents.npy --output picture.png")

  @Argument(help: "The latents, a .npy file.", completion: .file(extensions: ["npy"]))
  var latents: String

  @Option(
    name: [.long, .customShort("o")], help: ArgumentHelp("The picture, a .png file.", valueName: "file"),
    completion: .file(extensions: ["png"]))
  var output = "decoded.png"

  @OptionGroup var model: ModelOptions
  @OptionGroup var autoencoder: AutoencoderOptions
  @OptionGroup var result: OutputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws { try requireExtension(".png", output, "--output") }

  func run() throws {
    let reporter = report.reporter()
    try model.applyThreads()
    try result.requireWritable(output, "--output")
    let coder = try PictureCoder(
      model.folder(), autoencoder: autoencoder.files(encodes: false))
    for name in coder.unusedTensors {
      reporter.warn("The autoencoder's tensor \(name) is not used.")
    }
    try coder.picture(ofLatents: latents).writePNG(to: output)
    reporter.done(output)
  }
}
