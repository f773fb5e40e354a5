import ArgumentParser
import Foundation
import LatentWalk
import Media
import Walks

/// Renders a fixed set of walks with each method and measures how even they are.
@main
struct WalksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "walks")

  @Option(help: "Frames of each walk; only equal numbers are comparable.")
  var frames = 17

  @Option(help: "Methods whose names contain this.")
  var only = ""

  @Option(help: "Where the table is written as JSON.")
  var json: String?

  @Option(help: "A folder for the frames, to look at.")
  var pictures: String?

  func run() throws {
    let models = ModelStore()
    var rows: [Row] = []
    show(Row.header)
    for method in Method.all where only.isEmpty || method.name.contains(only) {
      let walks = try WalkSet.drafts(frames: frames).map { name, draft in
        try measured(draft, method, models, folder: pictures.map { "\($0)/\(method.name)/\(name)" })
      }
      rows.append(Row(method.name, walks))
      show(rows[rows.count - 1].text)
    }
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(rows).write(to: URL(fileURLWithPath: json))
    }
  }

  /// At once, also into a file: a row takes a while.
  private func show(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  private func measured(
    _ draft: RecipeDraft, _ method: Method, _ models: ModelStore, folder: String?
  ) throws -> MeasuredWalk {
    var draft = draft
    method.change(&draft.smoothing)
    var recipe = try models.recipe(for: draft)
    var (evaluations, jumps) = (0, 0)
    let directory = "\(NSTemporaryDirectory())latentwalk-walks-\(getpid())"
    let renderer: Renderer
    var missing = Array(0..<frames)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    if let extra = draft.smoothing.even {
      var pace = try PaceMeasurement(recipe, extra: extra, models: models, keptIn: directory + "/probes")
      while try pace.next() != nil {}
      let result = pace.result()
      (recipe, evaluations, jumps) = (result.recipe, result.evaluations, result.jumps.count)
      let kept = try FrameDirectory(path: directory, for: recipe)
      try pace.handOver(to: kept)
      missing = kept.missing()
    }
    renderer = try models.renderer(for: recipe)
    evaluations += try renderer.evaluations(of: missing)
    var pictures = [Int: Picture]()
    var rendering = renderer.rendering(missing)
    while let event = try rendering.next() {
      if case .frame(let number, let picture, _) = event { pictures[number] = picture }
    }
    var differences = FrameDifferences()
    let kept = missing.count == frames ? nil : try FrameDirectory(path: directory, for: recipe)
    for frame in 0..<frames {
      guard let picture = try pictures[frame] ?? kept?.read(frame) else { continue }
      differences.add(picture)
      guard let folder else { continue }
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try picture.writePNG(to: "\(folder)/\(String(format: "%02d", frame)).png")
    }
    return MeasuredWalk(differences, evaluations: evaluations, modelJumps: jumps)
  }
}

/// What was measured of a walk.
struct MeasuredWalk {
  let smoothness: Smoothness
  let sharpness: RelativeSharpness?
  let evaluations: Int
  let modelJumps: Int

  init(_ frames: FrameDifferences, evaluations: Int, modelJumps: Int) {
    smoothness = Smoothness(
      neighbours: frames.distances(apart: 1), secondNeighbours: frames.distances(apart: 2))
    sharpness = RelativeSharpness(frames.sharpness)
    (self.evaluations, self.modelJumps) = (evaluations, modelJumps)
  }
}

/// The means of a method over all walks.
struct Row: Encodable {
  let method: String
  let evenness: Double
  let largestOverMedian: Double
  let largest: Double
  let way: Double
  let triangleDeficit: Double
  let sharpness: Double
  /// Places where the model itself jumps, as far as they were searched for.
  let modelJumps: Double
  /// UNet evaluations, also those for measuring, as a share of a plain walk's.
  let evaluations: Double

  init(_ method: String, _ walks: [MeasuredWalk]) {
    func mean(_ value: (MeasuredWalk) -> Double) -> Double {
      walks.reduce(0) { $0 + value($1) } / Double(walks.count)
    }
    self.method = method
    evenness = mean { $0.smoothness.evenness }
    largestOverMedian = mean { $0.smoothness.largestOverMedian ?? 0 }
    largest = mean { $0.smoothness.largest }
    way = mean { $0.smoothness.way }
    triangleDeficit = mean { $0.smoothness.triangleDeficit }
    sharpness = mean { $0.sharpness?.median ?? 0 }
    let plain = { (walk: MeasuredWalk) in Double((walk.smoothness.neighbours.count + 1) * 50) }
    modelJumps = mean { Double($0.modelJumps) }
    evaluations = mean { Double($0.evaluations) / plain($0) }
  }

  static let header = """
    | method | 1 - Gini | max/median | largest | way | deficit | sharpness | jumps found | evaluations |
    |---|---|---|---|---|---|---|---|---|
    """

  var text: String {
    String(
      format: "| %@ | %.2f | %.1f | %.3f | %.2f | %.2f | %.2f | %.1f | %.2f |", method, evenness,
      largestOverMedian, largest, way, triangleDeficit, sharpness, modelJumps, evaluations)
  }
}
