import ArgumentParser
import LatentWalk

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what made a result, or what a walk's document asks for.",
    discussion: """
      Example: latentwalk inspect dog-to-cat.gif

      Pictures of AUTOMATIC1111 and ComfyUI are read, too, as far as a recipe can say what they say.
      """)

  @Argument(
    help: "A PNG, an animation, a recipe as JSON, or a document in YAML or JSON.",
    completion: .file(extensions: ["png", "gif", "apng", "json", "yaml", "yml"]))
  var file: String

  @Flag(help: "As JSON: a recipe, which 'latentwalk render' takes, or another program's settings.")
  var json = false

  func run() throws {
    let result = try ResultFile(path: file)
    print(json ? try result.json : result.summary.joined(separator: "\n"))
  }
}
