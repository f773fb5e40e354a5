import ArgumentParser
import LatentWalk

struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image", abstract: "Makes one picture.",
    discussion: #"Example: latentwalk image "A red apple" --seed 42 --output apple.png"#)

  @OptionGroup var subject: SubjectOptions

  @Option(
    name: [.long, .customShort("o")],
    help: ArgumentHelp(
      "The picture, a .png file. (default: the subcommand and the seed, such as image-42.png)",
      valueName: "file"
    ),
    completion: .file(extensions: ["png"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Where to write the final latents, float32 [4, h, w], before the autoencoder.", valueName: "file.npy"),
    completion: .file(extensions: ["npy"]))
  var latentsOutput: String?

  @OptionGroup var start: StartOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var result: OutputOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    if let output { try requireExtension(".png", output, "--output") }
    if let latentsOutput { try requireExtension(".npy", latentsOutput, "--latents-output") }
  }

  func run() throws {
    try generation.model.applyThreads()
    var draft = start.applied(to: generation.applied(to: subject.draft(.image)))
    draft.seed = draft.seed ?? UInt64(UInt32.random(in: .min ... .max))
    try PictureRun(batch: generation.batching.batch, options)(
      draft, to: output, latents: latentsOutput, result)
  }
}
