import ArgumentParser
import LatentWalk

/// What is done with a recipe, and what is reported of it.
struct RunOptions: ParsableArguments {
  @Flag(help: "Say what it would cost, by a measurement of one step, and render nothing.")
  var dryRun = false

  @Flag(help: "Print the document that 'latentwalk render' makes the same result of, and render nothing.")
  var printRecipe = false

  @Flag(help: "Show the frame in work in the terminal, above the progress.")
  var preview = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard !dryRun || !printRecipe else {
      throw ValidationError("Give either --dry-run or --print-recipe.")
    }
  }

  func reporter() -> Reporter {
    let reporter = Reporter(isJSON: report.json, isQuiet: report.quiet)
    if preview && !report.quiet { reporter.beginPreview() }
    return reporter
  }
}
