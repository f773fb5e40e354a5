import ArgumentParser
import LatentWalk

/// Beginning with a picture instead of noise alone.
struct StartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A picture to begin with, PNG or JPEG. Its middle is taken, made smaller or larger to fit.",
      valueName: "picture"),
    completion: .file(extensions: ["png", "jpg", "jpeg"]))
  var from: String?

  @Option(
    parsing: .unconditional,
    help:
      "How much of --from may change, 0 to 1: the share of the steps that are taken. (default: \(defaults.strength))"
  )
  var strength: Double?

  func validate() throws {
    if let strength { try require(0...1 ~= strength, "--strength", "\(strength)", "0 to 1") }
    guard strength == nil || from != nil else {
      throw ValidationError("--strength says how much of a picture may change; give the picture with --from.")
    }
  }

  /// A draft with all that these options say.
  func applied(to draft: RecipeDraft) -> RecipeDraft {
    var draft = draft
    draft.picture = from.map { FileRequest($0) }
    draft.strength = strength ?? draft.strength
    return draft
  }
}
