import ArgumentParser
import LatentWalk
import Walks

struct DriftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift",
    abstract: "Drifts without an aim: a random walk of the noise or of the prompt's embedding.",
    discussion: """
      Example: latentwalk drift "A forest in the fog" --angle 0.04 --seed 7

      The same seed drifts the same way. In the space of noises the whole picture changes in the end; in that of embeddings \
      it stays what the prompt says, as far as --spread lets it.
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(help: "What drifts: noise, or the prompt's embedding.")
  var space = defaults.drift.space

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How far a frame is from the one before it: an angle, 0 to 1.57. 0.03 is calm, 0.1 is restless.",
      valueName: "radians"))
  var angle = defaults.drift.angle

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Frames from one direction to the next: 1 trembles, more glide.", valueName: "frames"))
  var turn = defaults.drift.turn

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How far an embedding comes from the prompt's, as the deviation of its numbers; for --space embedding. (default: \(defaults.drift.spread))",
      valueName: "deviation"))
  var spread: Double?

  @OptionGroup var length: FrameCountOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    try require(0...1.57 ~= angle, "--angle", "\(angle)", "0 to 1.57")
    try require(1...100_000 ~= turn, "--turn", "\(turn)", "1 to 100000 frames")
    guard let spread else { return }
    try require(0...100 ~= spread, "--spread", "\(spread)", "a deviation such as 0.3, 0 to 100")
    guard space == .embedding else {
      throw ValidationError("--spread says how far embeddings drift; give --space embedding, too.")
    }
  }

  func run() throws {
    var draft = subject.draft(.drift)
    (draft.drift.space, draft.drift.angle, draft.drift.turn) = (space, angle, turn)
    draft.drift.spread = spread ?? draft.drift.spread
    draft.frames = length.frames
    try renderWalk(pace.applied(to: generation.applied(to: draft)), generation, animation, options)
  }
}

extension DriftWalk.Space: ExpressibleByArgument {
  public static var allValueDescriptions: [String: String] {
    [
      "noise": "from picture to picture of the prompt",
      "embedding": "from meaning to meaning, near the prompt's",
    ]
  }
}
