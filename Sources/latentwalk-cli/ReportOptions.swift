import ArgumentParser

/// How the program talks.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Progress and result as JSON lines on standard output.")
  var json = false

  @Flag(help: "No progress; warnings and errors still go to standard error.")
  var quiet = false

  func reporter() -> Reporter { Reporter(isJSON: json, isQuiet: quiet) }
}
