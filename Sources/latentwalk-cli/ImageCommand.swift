import ArgumentParser
import Checkpoints
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
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let output { try requireExtension(".png", output, "--output") }
    if let latentsOutput { try requireExtension(".npy", latentsOutput, "--latents-output") }
  }

  func run() throws {
    let order = Order(
      walk: .image, prompts: subject.prompts, embedding: subject.embedding, generation: generation,
      start: try start.start())
    let reporter = report.reporter()
    let interruption = Interruption()
    let seed = order.drawnSeed()
    let output = self.output ?? "image-\(seed).png"
    try requireWritable(output, "--output")
    if let latentsOutput { try requireWritable(latentsOutput, "--latents-output") }
    let renderer = try order.renderer(seed: seed, reporter)
    let howToGoOn =
      "Nothing was written. To make the same picture, run the command again with --seed \(seed)."
    try interruption.check(howToGoOn)
    reporter.start(renderer)
    try renderer.render([0]) { event in
      try interruption.check(howToGoOn)
      reporter.report(event)
      if case .frame(_, let picture, let latents) = event {
        try picture.writePNG(to: output, recipe: renderer.recipe.json)
        if let latentsOutput {
          let latents = latents.channelsFirst()
          try NumpyArray(shape: Array(latents.shape.dropFirst()), values: latents.values).write(
            to: latentsOutput)
        }
      }
    }
    reporter.done(output, renderer.recipe)
  }
}
