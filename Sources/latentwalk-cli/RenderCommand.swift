import ArgumentParser
import Foundation
import LatentWalk

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract:
      "Makes a result again from its recipe, byte for byte: any PNG, GIF, APNG or recipe of LatentWalk.",
    discussion: """
      Example: latentwalk render dog-to-cat.gif --output again.gif

      The model and all files are found by their contents, wherever they lie now. A frame of a walk gives that frame; with --output \
      and .gif it gives the whole walk. Pictures of AUTOMATIC1111 and ComfyUI are read, too: what cannot be done is named, \
      and the picture comes as close as it can.
      """)

  @Argument(
    help: "A PNG, an animation, or a recipe as JSON.",
    completion: .file(extensions: ["png", "gif", "apng", "json"]))
  var file: String

  @Option(
    name: [.long, .customShort("o")],
    help: ArgumentHelp(
      "The result: .gif or .apng, or .png for a picture. (default: the walk and the seed, such as circle-42.gif)",
      valueName: "file"),
    completion: .file(extensions: ["gif", "apng", "png"]))
  var output: String?

  @Option(parsing: .unconditional, help: "Frames a second. (default: the recipe's)")
  var fps: Double?

  @Flag(
    name: [.customLong("rubber-band"), .customLong("ping-pong")], inversion: .prefixedNo,
    help: "Play there and back again, or not. (default: as the recipe says)")
  var rubberBand: Bool?

  @OptionGroup var framesDirectory: FramesDirectoryOptions
  @OptionGroup var threads: ThreadOptions

  @OptionGroup var batching: BatchOptions

  @OptionGroup var result: OutputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let fps {
      try require(Recipe.frameRates.contains(fps), "--fps", "\(fps)", "0.01 to 1000 frames a second")
    }
  }

  func run() throws {
    try threads.apply()
    let (models, reporter) = (ModelStore(), report.reporter())
    let source = try ResultFile(path: file)
    for sentence in source.unsupported { reporter.warn(sentence) }
    var recipe = try source.recipe(with: models)
    if fps != nil || rubberBand != nil {
      recipe = try recipe.playing(
        Recipe.Playback(fps: fps ?? recipe.playback.fps, pingPong: rubberBand ?? recipe.playback.pingPong))
    }
    let isPicture =
      recipe.walk.kind == .image || (source.frame != nil && (output ?? ".png").lowercased().hasSuffix(".png"))
    let name = "\(recipe.walk.kind.rawValue)-\(recipe.walk.keyFrames[0].seed)"
    let frameName = source.frame.map { "-frame-\($0)" } ?? ""
    let output = output ?? (isPicture ? "\(name)\(frameName).png" : "\(name).gif")
    if isPicture {
      try requireExtension(".png", output, "--output")
    } else {
      try requireAnimation(output, recipe.playback.fps)
    }
    try result.requireWritable(
      output, "--output", recipe: recipe, frame: isPicture ? source.frame : nil)
    let run = ResultRun(models, batch: batching.batch, reporter)
    if isPicture {
      try run.picture(recipe, frame: source.frame, to: output)
    } else {
      try run.animation(recipe, to: output, frames: framesDirectory)
    }
  }
}
