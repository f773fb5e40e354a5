import ArgumentParser
import LatentWalk

struct InterpolateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpolate",
    abstract: "Goes from prompt to prompt: a path through their embeddings, with one shared noise.",
    discussion: """
      Example: latentwalk interpolate "A red apple" "A green pear" --rubber-band

      With --loop the last prompt leads back to the first; --even places the frames so that the picture changes evenly.
      """)

  @Argument(help: "The prompts on the way, two or more.")
  var prompts: [String]

  @Flag(help: "Let the last prompt lead back to the first, so that the loop closes.")
  var loop = false

  @OptionGroup var length: FrameCountOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var between: BetweenOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    guard prompts.count >= 2 else {
      throw ValidationError(
        "An interpolation needs two prompts or more; for one there are walk, circle, loop, drift and image.")
    }
  }

  func run() throws {
    var draft = RecipeDraft(.interpolate, prompts: prompts)
    (draft.isLoop, draft.frames) = (loop, length.frames)
    draft = pace.applied(to: between.applied(to: generation.applied(to: draft)))
    try renderWalk(draft, generation, animation, options)
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

  @OptionGroup var length: FrameCountOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    try require(stepSize.isFinite, "--step-size", "\(stepSize)", "a number such as 0.002")
  }

  func run() throws {
    var draft = subject.draft(.walk)
    (draft.stepSize, draft.frames) = (stepSize, length.frames)
    try renderWalk(pace.applied(to: generation.applied(to: draft)), generation, animation, options)
  }
}

struct CircleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "circle",
    abstract: "Goes around a circle in the space of noises, for one prompt: a loop that closes.",
    discussion: """
      Example: latentwalk circle "Skyline of New York City"

      The circle leads through two noises of the seed; --noise takes the place of the first. It changes the whole picture; \
      'latentwalk loop' stays near one.
      """)

  @OptionGroup var subject: SubjectOptions
  @OptionGroup var length: FrameCountOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    var draft = subject.draft(.circle)
    draft.frames = length.frames
    try renderWalk(pace.applied(to: generation.applied(to: draft)), generation, animation, options)
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

  var keyFrame: RecipeDraft.KeyFrame {
    RecipeDraft.KeyFrame(prompt: prompt, embedding: embedding.map { FileRequest($0) })
  }

  func draft(_ kind: Recipe.WalkKind) -> RecipeDraft { RecipeDraft(kind, keyFrames: [keyFrame]) }

  func validate() throws {
    guard (prompt == nil) != (embedding == nil) else {
      throw ValidationError("Give either a prompt or --embedding.")
    }
  }
}
