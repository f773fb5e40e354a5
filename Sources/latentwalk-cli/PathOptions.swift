import ArgumentParser
import LatentWalk

/// How the frames of a walk are placed on its way.
struct PaceOptions: ParsableArguments {
  @Flag(
    help:
      "Place the frames so that the picture changes evenly: more are rendered where it changes fast, and the best are taken."
  )
  var even = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many more frames --even renders than the walk has, as a share of them. (default: \(RecipeDraft.Smoothing.defaultEven))",
      valueName: "share"))
  var evenExtra: Double?

  @Option(
    help: ArgumentHelp(
      "Sound that sets the pace by its beats and its loudness; it plays with the frames where the format has sound.",
      valueName: "file.wav"),
    completion: .file(extensions: ["wav"]))
  var paceBy: String?

  func validate() throws {
    guard let evenExtra else { return }
    try require(0.01...3 ~= evenExtra, "--even-extra", "\(evenExtra)", "0.01 to 3")
    guard even else {
      throw ValidationError("--even-extra says how many more frames --even renders; give --even, too.")
    }
  }

  /// A draft with all that these options say.
  func applied(to draft: RecipeDraft) -> RecipeDraft {
    var draft = draft
    draft.smoothing.even = even ? evenExtra ?? RecipeDraft.Smoothing.defaultEven : nil
    draft.paceBy = paceBy.map { FileRequest($0) }
    return draft
  }
}

/// What lies between the key frames of a walk.
struct BetweenOptions: ParsableArguments {
  @Option(help: "How one prompt's embedding becomes the next one's.")
  var interpolation = defaults.interpolation

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Let frames begin with what both key frames have reached after this share of the steps, 0 to 0.99, which saves as many: \
      0.3 is a good companion of --even. (default: none)
      """,
      valueName: "depth"))
  var blend: Double?

  @Flag(
    help:
      "Mix the self-attention of both key frames into each frame between them (AID): calmer, and takes longer."
  )
  var attention = false

  @Option(
    help: ArgumentHelp(
      "Find the places where the model jumps, and bridge them: by mixed self-attention, and by fading where that still jumps, or by fading alone; with an even pace. (default: no bridges)",
      valueName: "method"))
  var bridge: Recipe.Bridge.Method?

  func validate() throws {
    if let blend { try require(0...0.99 ~= blend, "--blend", "\(blend)", "0 to 0.99") }
  }

  /// A draft with all that these options say.
  func applied(to draft: RecipeDraft) -> RecipeDraft {
    var draft = draft
    draft.interpolation = interpolation
    (draft.smoothing.blend, draft.smoothing.attention) = (blend, attention)
    draft.smoothing.bridging = bridge
    return draft
  }
}

extension Recipe.EmbeddingInterpolation: ExpressibleByArgument {
  public static var allValueDescriptions: [String: String] {
    ["linear": "straight", "spherical": "on the great circle, token by token"]
  }
}

extension Recipe.Bridge.Method: ExpressibleByArgument {}
