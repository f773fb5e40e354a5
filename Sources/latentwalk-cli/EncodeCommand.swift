import ArgumentParser
import Checkpoints
import LatentWalk
import StableDiffusion

struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Writes the text embedding of a prompt as a .npy file, float32 [77, width].",
    discussion: #"Example: latentwalk encode "A red apple" --output apple.npy"#)

  @Argument(help: "The text.")
  var prompt: String

  @Option(
    name: [.long, .customShort("o")], help: ArgumentHelp("The embedding, a .npy file.", valueName: "file"),
    completion: .file(extensions: ["npy"]))
  var output = "encode.npy"

  @OptionGroup var model: ModelOptions
  @OptionGroup var report: ReportOptions

  func validate() throws { try requireExtension(".npy", output, "--output") }

  func run() throws {
    try model.applyThreads()
    try requireWritable(output, "--output")
    let reporter = report.reporter()
    let encoder = try PromptEncoder(ModelLibrary.standard().folder(model.model))
    let (embedding, droppedText) = encoder(prompt)
    if let droppedText { reporter.warn(dropped: droppedText) }
    try NumpyArray(shape: Array(embedding.shape.dropFirst()), values: embedding.values).write(to: output)
    reporter.done(output)
  }
}
