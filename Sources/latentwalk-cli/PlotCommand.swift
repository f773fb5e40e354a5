import ArgumentParser
import Foundation
import LatentWalk
import Media

struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract:
      "Draws a walk: its way in the plane, its change from frame to frame, and its frames on a sheet.",
    discussion: """
      Example: latentwalk plot dog-to-cat.gif --output dog-to-cat.svg --sheet dog-to-cat.png

      Jumps, the changes that are seen as cuts, are red.
      """)

  @Argument(
    help:
      "An animation of any program (GIF, APNG, WebP, MP4, WebM), a folder of frames, or a walk as YAML, which is rendered for this.",
    completion: .file())
  var walk: String

  @Option(
    name: [.long, .customShort("o")],
    help: ArgumentHelp(
      "The drawing: .svg or .png. (default: the walk's name and -plot.png; none with --sheet alone)",
      valueName: "file"),
    completion: .file(extensions: ["svg", "png"]))
  var output: String?

  @Option(
    help: ArgumentHelp("A contact sheet of the frames, a .png file.", valueName: "file"),
    completion: .file(extensions: ["png"]))
  var sheet: String?

  @Option(parsing: .unconditional, help: "Frames side by side on the sheet. (default: as many as look well)")
  var columns: Int?

  @Option(
    parsing: .unconditional,
    help: "Put every so manyth frame on the sheet. (default: so that at most 60 are on it)")
  var every: Int?

  @OptionGroup var result: OutputOptions

  func validate() throws {
    if let output { try requirePlot(output, "--output") }
    if let sheet { try requireExtension(".png", sheet, "--sheet") }
    if let columns { try require(1...100 ~= columns, "--columns", "\(columns)", "1 to 100") }
    if let every { try require(1...100_000 ~= every, "--every", "\(every)", "1 to 100000") }
    if sheet == nil, columns != nil || every != nil {
      throw ValidationError("--columns and --every are for a contact sheet; give its file with --sheet.")
    }
  }

  func run() throws {
    let source = try FrameSource(path: walk, Reporter(isJSON: false, isQuiet: false))
    let drawing = output ?? (sheet == nil ? defaultOutput : nil)
    if let drawing { try result.requireWritable(drawing, "--output") }
    if let sheet { try result.requireWritable(sheet, "--sheet") }
    let frames = try MeasuredFrames(source)
    if let drawing {
      try frames.plot.write(to: drawing)
      report(drawing)
    }
    if let sheet {
      try contactSheet(of: frames, source).picture.writePNG(to: sheet)
      report(sheet)
    }
  }

  private var defaultOutput: String {
    let name = URL(fileURLWithPath: walk).deletingPathExtension().lastPathComponent
    return "\(name)-plot.png"
  }

  private func contactSheet(of frames: MeasuredFrames, _ source: FrameSource) throws -> ContactSheet {
    let step = every ?? (frames.count + 59) / 60
    var sheet = ContactSheet(count: (frames.count + step - 1) / step, columns: columns, labels: true)
    var (picture, frame) = (0, 0)
    try source.readFrames { image, _ in
      while frame < frames.count, frames.picture(of: frame) == picture {
        if frame % step == 0 { sheet.add(image, label: "\(frame)") }
        frame += 1
      }
      picture += 1
    }
    return sheet
  }

  private func report(_ path: String) {
    if !isDevice(path) { print(path) }
  }
}

extension WalkPlot {
  /// Writes a PNG or an SVG file, as its name ends.
  func write(to path: String) throws {
    if path.lowercased().hasSuffix(".png") {
      try picture().writePNG(to: path)
    } else {
      try Media.write(svg(), toFile: path)
    }
  }
}

/// Stops with exit code 64 unless a drawing can be written under a name.
func requirePlot(_ path: String, _ option: String) throws {
  guard [".svg", ".png"].contains(where: path.lowercased().hasSuffix) || isDevice(path) else {
    throw ValidationError("\(option) is \(path); choose a name that ends in .svg or .png.")
  }
}
