import ArgumentParser
import Foundation
import LatentWalk

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract:
      "Makes a walk of a document (YAML or JSON), or a result again from its recipe, byte for byte.",
    discussion: """
      Example: latentwalk render walk.yaml --output walk.gif
      Example: latentwalk render dog-to-cat.gif --output again.gif

      A document lists key frames with prompts, seeds, pictures and times; --print-recipe of any other command writes one. \
      Any PNG, GIF or APNG of LatentWalk carries its recipe. The model and all files are found by their contents, wherever they \
      lie now. A frame of a walk gives that frame; with --output and .gif it gives the whole walk. Pictures of \
      AUTOMATIC1111 and ComfyUI are read, too: what cannot be done is named, and the picture comes as close as it can.
      """)

  @Argument(
    help: "A document in YAML or JSON, a PNG, an animation, or a recipe as JSON.",
    completion: .file(extensions: ["yaml", "yml", "json", "png", "gif", "apng"]))
  var file: String

  @OptionGroup var results: ResultOptions

  @Option(parsing: .unconditional, help: "Frames a second. (default: the recipe's)")
  var fps: Double?

  @Flag(
    name: [.customLong("rubber-band"), .customLong("ping-pong")], inversion: .prefixedNo,
    help: "Play there and back again, or not. (default: as the recipe says)")
  var rubberBand: Bool?

  @OptionGroup var changes: DocumentOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var batching: BatchOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    if let fps {
      try require(Recipe.frameRates.contains(fps), "--fps", "\(fps)", "0.01 to 1000 frames a second")
    }
  }

  func run() throws {
    try threads.apply()
    let source = try ResultFile(path: file)
    switch source.contents {
    case .draft(let draft):
      do {
        try render(changed(draft), source.unsupported)
      } catch let error as RecipeError where source.program == "LatentWalk" {
        throw DocumentError.unusable(file: file, sentence: "\(error)")
      }
    case .recipe(let recipe):
      try changes.requireNone(for: file)
      if options.printRecipe {
        throw ValidationError(
          "--print-recipe prints a document, and \(file) has a finished recipe; see 'latentwalk inspect --json'."
        )
      }
      let playback = Recipe.Playback(
        fps: fps ?? recipe.playback.fps, pingPong: rubberBand ?? recipe.playback.pingPong,
        sheetColumns: recipe.playback.sheetColumns, sound: recipe.playback.sound)
      try render(recipe.playing(playback), frame: source.frame)
    }
  }

  private func changed(_ draft: RecipeDraft) -> RecipeDraft {
    var draft = changes.applied(to: draft)
    (draft.fps, draft.pingPong) = (fps ?? draft.fps, rubberBand ?? draft.pingPong)
    return draft
  }

  private func render(_ draft: RecipeDraft, _ unsupported: [String]) throws {
    if draft.kind == .image {
      let run = PictureRun(batch: batching.batch, options)
      for sentence in unsupported { run.reporter.warn(sentence) }
      var draft = draft
      draft.seed = draft.seed ?? UInt64(UInt32.random(in: .min ... .max))
      try run(draft, to: picture(), results.overwriting)
    } else {
      let run = WalkRun(results, batch: batching.batch, options)
      for sentence in unsupported { run.reporter.warn(sentence) }
      try run(draft)
    }
  }

  private func render(_ recipe: Recipe, frame: Int?) throws {
    let wantsPicture = WalkOutput.isSheet(results.output.first ?? ".png")
    if recipe.walk.kind == .image || (frame != nil && wantsPicture) {
      try PictureRun(batch: batching.batch, options).render(
        recipe, frame: frame, to: picture(), results.overwriting)
    } else {
      try WalkRun(results, batch: batching.batch, options).render(
        recipe, of: nil, named: recipe.walk.kind.rawValue)
    }
  }

  /// Where a single picture is written.
  private func picture() throws -> String? {
    guard results.output.count <= 1 else {
      throw ValidationError(
        "\(file) is a single picture; give --output once, with a name that ends in .png.")
    }
    return results.output.first
  }
}
