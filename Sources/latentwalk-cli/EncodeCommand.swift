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
  @OptionGroup var result: OutputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws { try requireExtension(".npy", output, "--output") }

  func run() throws {
    try model.applyThreads()
    try result.requireWritable(output, "--output")
    let reporter = report.reporter()
    let adapters = try prompting.adapters()
    let encoder = try PromptEncoder(model.folder(), adapters: adapters)
    let description = encoder.textEncoder.description
    guard description.has(clipSkip: prompting.clipSkip) else {
      throw RenderError.clipSkip(prompting.clipSkip, layers: description.layers)
    }
    let (conditioning, droppedText) = encoder(prompt, reading: prompting.reading)
    for warning in adapters.warnings(for: [prompt]) { reporter.warn(warning) }
    if let droppedText { reporter.warn(dropped: droppedText) }
    let tokens = conditioning.tokens
    try NumpyArray(shape: Array(tokens.shape.dropFirst()), values: tokens.values).write(to: output)
    reporter.done(output)
  }
}

extension PromptOptions {
  /// Reads the files that are added to the model.
  fileprivate func adapters() throws -> Adapters {
    Adapters(
      loras: try lora.map { try LoRA(path: $0.lora.file.path, weight: $0.lora.weight) },
      textualInversions: try textualInversion.flatMap {
        try TextualInversion.read(path: $0.inversion.file.path, token: $0.inversion.token)
      })
  }
}
