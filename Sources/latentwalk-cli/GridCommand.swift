import ArgumentParser
import LatentWalk

struct GridCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grid",
    abstract: "Lays what is between prompts, or between seeds, out on a sheet, or walks over it.",
    discussion: """
      Example: latentwalk grid "A red apple" "A green pear" "A lemon" "A plum" --columns 6 --rows 6 --seed 4
      Example: latentwalk grid "A house in the snow" --seeds 1,2,3,4 -o houses.png -o houses.gif

      The corners are top left, top right, bottom left and bottom right; two corners make one row. A .png file is the sheet, an \
      animation walks over it, row by row, to and fro.
      """)

  @Argument(help: "What the corners show: two to four prompts, or one with --seeds.")
  var prompts: [String]

  @Option(
    help: ArgumentHelp("The seeds of two to four corners that show one prompt.", valueName: "s,s,..."))
  var seeds: SeedList?

  @Option(parsing: .unconditional, help: "Pictures side by side, 1 to 100.")
  var columns = defaults.grid.columns

  @Option(
    parsing: .unconditional,
    help: "Pictures above each other, 1 to 100. (default: \(defaults.grid.rows), or 1 between two corners)")
  var rows: Int?

  @Option(
    parsing: .unconditional,
    help:
      "Frames of the walk over the sheet. (default: one for each picture, or \(Self.step) with an animation)")
  var frames: Int?

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  /// Frames from a picture of the sheet to the next, where nothing else is asked for.
  private static let step = 4

  private var corners: Int { prompts.count == 1 ? seeds?.seeds.count ?? 1 : prompts.count }
  private var rowCount: Int { rows ?? (corners == 2 ? 1 : defaults.grid.rows) }
  private var gaps: Int { columns * rowCount - 1 }
  private var outputs: [String] { animation.results.output }
  private var hasSheet: Bool { outputs.isEmpty || outputs.contains(where: WalkOutput.isSheet) }
  private var hasAnimation: Bool { outputs.contains { !WalkOutput.isSheet($0) } }

  func validate() throws {
    guard 2...4 ~= corners, seeds == nil || prompts.count == 1 else {
      throw ValidationError(
        "A grid has two to four corners; give as many prompts, or one prompt and as many numbers with --seeds."
      )
    }
    try require(1...100 ~= columns, "--columns", "\(columns)", "1 to 100")
    try require(1...100 ~= rowCount, "--rows", "\(rowCount)", "1 to 100")
    try require(
      corners > 2 || rowCount == 1, "--rows", "\(rowCount)",
      "1, as all rows between two corners would be the same, or give a third corner")
    guard gaps > 0 else { throw ValidationError("A grid has two pictures or more; choose more --columns.") }
    if let frames {
      try requireFrames(frames)
      try require(
        !hasSheet || (frames > gaps && (frames - 1) % gaps == 0), "--frames", "\(frames)",
        "\(gaps + 1), \(2 * gaps + 1), \(3 * gaps + 1) and so on, so that the walk passes every picture of the sheet"
      )
    }
    try generation.requireNoNoise(seeds == nil ? nil : "the corners have their seeds")
  }

  func run() throws {
    let seeds = self.seeds?.seeds ?? []
    let keyFrames = (0..<corners).map { corner in
      var keyFrame = RecipeDraft.KeyFrame(prompt: prompts[min(corner, prompts.count - 1)])
      if !seeds.isEmpty { keyFrame.seeds = [Recipe.WeightedSeed(seed: seeds[corner], weight: 1)] }
      return keyFrame
    }
    var draft = generation.applied(to: RecipeDraft(.grid, keyFrames: keyFrames))
    draft.grid = Recipe.Grid(columns: columns, rows: rowCount)
    draft.frames = frames ?? (hasAnimation ? Self.step : 1) * gaps + 1
    draft.sheetColumns = hasSheet ? columns : nil
    try renderWalk(draft, generation, animation, options)
  }
}

/// `1,2,3,4`
struct SeedList: ExpressibleByArgument {
  let seeds: [UInt64]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    seeds = parts.compactMap { UInt64($0.trimmingPrefix { $0 == " " }) }
    if seeds.count != parts.count { return nil }
  }
}
