import ArgumentParser
import Checkpoints
import LatentWalk
import StableDiffusion

struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract:
      "Writes the text embedding of a prompt as a .npy file, float32 [77, width], or 77 for each chunk.",
    discussion: #"Example: latentwalk encode "A red apple" --output apple.npy"#)

  @Argument(help: "The text.")
  var prompt: String

  @Option(
    name: [.long, .customShort("o")], help: ArgumentHelp("The embedding, a .npy file.", valueName: "file"),
    completion: .file(extensions: ["npy"]))
  var output = "encode.npy"

  @OptionGroup var model: ModelOptions
  @OptionGroup var prompting: PromptOptions
  @OptionGroup var report: ReportOptions

  func validate() throws { try requireExtension(".npy", output, "--output") }

  func run() throws {
    try model.applyThreads()
    try requireWritable(output, "--output")
    let reporter = report.reporter()
    let additions = try Adapters(
      loras: prompting.loras(), textualInversions: prompting.textualInversions())
    let encoder = try PromptEncoder(ModelLibrary.standard().folder(model.model), adding: additions)
    let description = encoder.textEncoder.description
    guard description.has(clipSkip: prompting.clipSkip) else {
      throw RenderError.clipSkip(prompting.clipSkip, layers: description.layers)
    }
    reporter.warn(unusedWordsOf: additions, in: [prompt])
    let (embedding, droppedText) = encoder(prompt, reading: prompting.reading)
    if let droppedText { reporter.warn(dropped: droppedText) }
    try NumpyArray(shape: Array(embedding.shape.dropFirst()), values: embedding.values).write(to: output)
    reporter.done(output)
  }
}
