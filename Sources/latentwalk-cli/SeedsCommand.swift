import ArgumentParser
import LatentWalk
import Media

struct SeedsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seeds",
    abstract: "Shows a prompt with several seeds on one sheet, to choose from.",
    discussion: """
      Example: latentwalk seeds "A castle on a hill" --count 16 --seed 100

      Below each picture stands its seed: give it to 'latentwalk image', 'loop' or any other walk with --seed, and it begins \
      with this picture.
      """)

  @OptionGroup var subject: SubjectOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many seeds, 4 to 100: the one of --seed, and the numbers after it.", valueName: "n"))
  var count = 9

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var results: ResultOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    try require(4...100 ~= count, "--count", "\(count)", "4 to 100")
    for output in results.output { try requireExtension(".png", output, "--output") }
    try generation.requireNoNoise("each picture has that of its seed")
    guard !generation.sampler.drawsNoise else {
      throw ValidationError(
        "--sampler \(generation.sampler.rawValue) adds noise in each step, which all pictures of a sheet share, so they "
          + "would not be those that 'latentwalk image' makes; choose another, such as ddim, euler or dpm++2m."
      )
    }
    let last = generation.rng.seeds.upperBound - UInt64(count - 1)
    try require(
      generation.seed ?? 0 <= last, "--seed", "\(generation.seed ?? 0)",
      "one up to \(last), so that \(count) follow each other")
  }

  func run() throws {
    try generation.model.applyThreads()
    let first = try results.seed(generation.seed).seed
    let seeds = (0..<UInt64(count)).map { first + $0 }
    var draft = RecipeDraft(
      .interpolate,
      keyFrames: seeds.map { seed in
        var keyFrame = subject.keyFrame
        keyFrame.seeds = [Recipe.WeightedSeed(seed: seed, weight: 1)]
        return keyFrame
      })
    draft = generation.applied(to: draft)
    (draft.seed, draft.frames) = (first, count)
    draft.sheetColumns = ContactSheet(count: count).columns
    let run = WalkRun(results, batch: generation.batching.batch, options)
    try run(draft, named: "seeds")
    if options.dryRun || options.printRecipe { return }
    let what = subject.prompt.map { "'\($0.replacing("'", with: "'\\''"))'" } ?? "--embedding FILE"
    run.reporter.say(
      "To go on with one of them, give its seed and the same options: latentwalk loop \(what) --seed \(first)"
    )
  }
}
