import ArgumentParser
import LatentWalk

/// What `render` changes in a walk's document before it is rendered.
struct DocumentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another model than the document's: a path, or a name that 'latentwalk models' lists.",
      valueName: "path-or-name"),
    completion: .directory)
  var model: String?

  @Option(parsing: .unconditional, help: "Another seed, of the key frames that have none of their own.")
  var seed: UInt64?

  @Option(parsing: .unconditional, help: "Another number of frames.")
  var frames: Int?

  @Option(
    parsing: .unconditional, help: "Other denoising steps, of the key frames that have none of their own.")
  var steps: Int?

  @OptionGroup var size: SizeOptions

  func validate() throws {
    if let frames { try requireFrames(frames) }
    if let steps { try require(1...1000 ~= steps, "--steps", "\(steps)", "1 to 1000") }
  }

  /// A document's draft with all that these options say.
  func applied(to draft: RecipeDraft) -> RecipeDraft {
    var draft = draft
    if let model { draft.model = FileRequest(model) }
    draft.seed = seed ?? draft.seed
    draft.frames = frames ?? draft.frames
    draft.steps = steps ?? draft.steps
    (draft.width, draft.height) = (size.width ?? draft.width, size.height ?? draft.height)
    return draft
  }

  /// Stops with exit code 64 if something is to be changed in a recipe, which is rendered as it is.
  func requireNone(for file: String) throws {
    let given = [
      ("--model", model != nil), ("--seed", seed != nil), ("--frames", frames != nil),
      ("--steps", steps != nil),
      ("--width", size.width != nil), ("--height", size.height != nil),
    ].first { $0.1 }?.0
    guard let given else { return }
    throw ValidationError(
      "\(given) changes a walk's document, and \(file) has a finished recipe, which is rendered as it is; only --fps, "
        + "--rubber-band and --output change how it plays. Make another walk with the options that 'latentwalk inspect' shows."
    )
  }
}
