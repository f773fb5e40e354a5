import ArgumentParser
import LatentWalk

struct DenoiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "denoise",
    abstract:
      "Shows one picture's way out of noise, a frame for each step; or a photo's way into noise and back.",
    discussion: """
      Example: latentwalk denoise "A red apple" --seed 42 --fps 12
      Example: latentwalk denoise "A photo of a cat" --from cat.jpg

      There is one frame more than steps; with --from, whose prompt is the picture's caption, as many again before.
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(
    help: ArgumentHelp(
      "A picture, PNG, JPEG or WebP, that goes into noise and comes back. Its middle is taken, made smaller or larger to fit.",
      valueName: "picture"),
    completion: .file(extensions: ["png", "jpg", "jpeg", "webp"]))
  var from: String?

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    try generation.requireNoNoise(from == nil ? nil : "the picture goes into noise of its own")
  }

  func run() throws {
    var keyFrame = subject.keyFrame
    keyFrame.picture = from.map { FileRequest($0) }
    // A picture has guidance 1 where nothing else is asked for: it is shown as it is.
    keyFrame.guidance = from == nil ? nil : generation.guidance
    let draft = generation.applied(to: RecipeDraft(.denoise, keyFrames: [keyFrame]))
    try renderWalk(draft, generation, animation, options)
  }
}
