import LatentWalk
import Media
import Walks

/// What is measured of an animation's frames.
struct MeasuredFrames {
  let path: String
  let isPingPong: Bool
  /// Of the way there, if it plays there and back again; else of all.
  let count: Int
  let keyFrames: [Int]
  let smoothness: Smoothness
  /// From the last frame that plays to the first.
  let seam: Double
  let sharpness: RelativeSharpness?
  let strayFrames: [Int]
  private let differences: FrameDifferences
  /// For each frame, which picture it shows: one that is shown for longer counts as several frames.
  private let pictures: [Int]

  init(_ source: FrameSource) throws {
    var (differences, seconds) = (FrameDifferences(), [Double?]())
    try source.readFrames { picture, duration in
      differences.add(picture)
      seconds.append(duration)
    }
    let pictures = FrameDurations.pictures(seconds)
    guard pictures.count > 1 else { throw FrameSourceError.tooFew(source.path) }
    let frames = differences
    let distance = { (one: Int, other: Int) in frames.distance(pictures[one], pictures[other]) }
    path = source.path
    isPingPong = SequenceShape.isPingPong(frameCount: pictures.count, distance: distance)
    count = isPingPong ? pictures.count / 2 + 1 : pictures.count
    keyFrames = source.keyFrames(frameCount: count)
    let neighbours = (0..<count - 1).map { distance($0, $0 + 1) }
    let secondNeighbours = (0..<max(0, count - 2)).map { distance($0, $0 + 2) }
    smoothness = Smoothness(neighbours: neighbours, secondNeighbours: secondNeighbours)
    strayFrames = SequenceShape.strayFrames(neighbours: neighbours, secondNeighbours: secondNeighbours)
    seam = distance(pictures.count - 1, 0)
    sharpness = RelativeSharpness(
      pictures.prefix(count).map { frames.sharpness[$0] }, keyFrames: keyFrames)
    (self.differences, self.pictures) = (frames, pictures)
  }

  func distance(_ one: Int, _ other: Int) -> Double { differences.distance(pictures[one], pictures[other]) }

  /// Which of the pictures that were read a frame shows.
  func picture(of frame: Int) -> Int { pictures[frame] }

  /// Frames of one colour; black ones are among them.
  var flatFrames: [Int] { (0..<count).filter { differences.pyramids[pictures[$0]].isFlat } }

  /// The way and its changes as a drawing.
  var plot: WalkPlot {
    // More dots than this are not seen apart, and each pair of them is compared.
    let step = (count + 399) / 400
    let shown = (0..<count).filter { $0 % step == 0 || $0 == count - 1 || keyFrames.contains($0) }
    let plane = PrincipalDirections(count: shown.count) { distance(shown[$0], shown[$1]) }
    let dots = zip(shown, plane.places).map { WalkPlot.Dot(frame: $0, x: $1.x, y: $1.y) }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var plot = WalkPlot(title: name, changes: smoothness.neighbours, way: dots, shares: plane.shares)
    plot.keyFrames = keyFrames
    (plot.flow, plot.cut) = (ChangeThresholds.oklab.flow, ChangeThresholds.oklab.cut)
    return plot
  }
}

/// How often each picture of an animation counts. A file may hold equal frames once, with a longer duration.
enum FrameDurations {
  /// For each frame the number of its picture; the usual duration is one frame.
  static func pictures(_ seconds: [Double?]) -> [Int] {
    let known = seconds.compactMap { $0 }.filter { $0 > 0 }
    guard known.count == seconds.count, !known.isEmpty else { return Array(seconds.indices) }
    let usual = known.sorted()[known.count / 2]
    return known.enumerated().flatMap { picture, duration in
      // A pause of an hour is a pause, too.
      Array(repeating: picture, count: min(1000, max(1, Int((duration / usual).rounded()))))
    }
  }
}
