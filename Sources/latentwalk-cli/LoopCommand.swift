import ArgumentParser
import LatentWalk

struct LoopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loop",
    abstract:
      "Goes around one picture and back to where it began: a small closed path in the space of noises.",
    discussion: """
      Example: latentwalk loop "A rocket in the night sky" --radius 0.2 --seed 3

      The smaller the radius, the calmer the loop: 0.15 breathes, 0.3 moves, 1 is another picture at every turn.
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(
    parsing: .unconditional,
    help:
      "How far it leads away from the seed's picture, 0 to 1. (default: \(RecipeDraft.defaultRadius), or half of it and so on where the loop would jump)"
  )
  var radius: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("1 goes around a circle; more wander on the way, 1 to 100.", valueName: "n"))
  var harmonics = defaults.harmonics

  @OptionGroup var length: FrameCountOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    if let radius { try require(0...1 ~= radius, "--radius", "\(radius)", "0 to 1") }
    try require(1...100 ~= harmonics, "--harmonics", "\(harmonics)", "1 to 100")
  }

  func run() throws {
    var draft = subject.draft(.loop)
    (draft.radius, draft.harmonics) = (radius, harmonics)
    draft.frames = length.frames
    try renderWalk(pace.applied(to: generation.applied(to: draft)), generation, animation, options)
  }
}
