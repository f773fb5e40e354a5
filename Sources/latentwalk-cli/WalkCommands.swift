import ArgumentParser
import LatentWalk

struct InterpolateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpolate",
    abstract: "Goes from prompt to prompt: a path through their embeddings, with one shared noise.",
    discussion:
      #"Example: latentwalk interpolate "A red apple" "A green pear" --rubber-band"#)

  @Argument(help: "The prompts on the way, two or more.")
  var prompts: [String]

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard prompts.count >= 2 else {
      throw ValidationError(
        "An interpolation needs two prompts or more; for one there are walk, circle and image.")
    }
  }

  func run() throws {
    try renderAnimation(RecipeDraft(.interpolate, prompts: prompts), generation, animation, report)
  }
}

struct WalkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "walk",
    abstract: "Walks away from a prompt: each frame adds a small step to every component of its embedding.",
    discussion: #"Example: latentwalk walk "An owl on a tree branch" --rubber-band"#)

  @OptionGroup var subject: SubjectOptions

  @Option(parsing: .unconditional, help: "What each frame adds to every component of the embedding.")
  var stepSize = defaults.stepSize

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(stepSize.isFinite, "--step-size", "\(stepSize)", "a number such as 0.002")
  }

  func run() throws {
    var draft = subject.draft(.walk)
    draft.stepSize = stepSize
    try renderAnimation(draft, generation, animation, report)
  }
}

struct CircleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "circle",
    abstract: "Goes around a circle in the space of noises, for one prompt: a loop that closes.",
    discussion: """
      Example: latentwalk circle "Skyline of New York City"

      The circle leads through two noises of the seed; --noise takes the place of the first.
      """)

  @OptionGroup var subject: SubjectOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    try renderAnimation(subject.draft(.circle), generation, animation, report)
  }
}

/// What a picture shows: a prompt, or an embedding in its place.
struct SubjectOptions: ParsableArguments {
  @Argument(help: "What the picture shows.")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "A text embedding in place of the prompt, as 'latentwalk encode' writes it: float32 [77, width], or 77 for each chunk.",
      valueName: "file.npy"),
    completion: .file(extensions: ["npy"]))
  var embedding: String?

  func draft(_ kind: Recipe.WalkKind) -> RecipeDraft {
    RecipeDraft(
      kind, keyFrames: [RecipeDraft.KeyFrame(prompt: prompt, embedding: embedding.map { FileRequest($0) })])
  }

  func validate() throws {
    guard (prompt == nil) != (embedding == nil) else {
      throw ValidationError("Give either a prompt or --embedding.")
    }
  }
}
