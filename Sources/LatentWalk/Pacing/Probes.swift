import Media
import StableDiffusion
import Walks

/// Pictures of a walk at chosen positions, made in fewer steps than its frames, to measure where it changes.
struct Probes {
  /// What was rendered, in no order: positions in legs, and the pictures as the distance sees them.
  private(set) var positions: [Double] = []
  private(set) var pyramids: [OklabPyramid] = []
  private(set) var evaluations = 0
  private let renderer: Renderer
  private let cancellation: Cancellation
  private var current: (positions: [Double], rendering: Rendering)?

  init(_ renderer: Renderer, _ cancellation: Cancellation) {
    (self.renderer, self.cancellation) = (renderer, cancellation)
  }

  /// Of a recipe, with fewer steps for each key frame.
  /// - Parameter share: of the steps, at most 1; no fewer than six are taken, which draw the main shapes.
  static func recipe(_ recipe: Recipe, share: Double) throws -> Recipe {
    var walk = recipe.walk
    for index in walk.keyFrames.indices {
      let steps = walk.keyFrames[index].sampling.steps
      walk.keyFrames[index].sampling.steps = min(steps, max(6, Int((Double(steps) * share).rounded())))
    }
    return try recipe.with(walk)
  }

  /// Asks for pictures at some positions; those that are there, or the same point of a closed path, are not rendered
  /// again.
  mutating func request(_ wanted: [Double]) {
    let end = Double(renderer.route.legCount)
    let missing = Set(wanted.map { renderer.route.isClosed && $0 == end ? 0 : $0 }).subtracting(positions)
      .sorted()
    guard !missing.isEmpty else { return }
    let rendering = renderer.placed(at: missing).rendering(Array(missing.indices), cancellation: cancellation)
    current = (missing, rendering)
  }

  /// The next event of rendering what was asked for; nil when it is there.
  mutating func next() throws -> RenderingEvent? {
    guard case (let wanted, var rendering)? = current else { return nil }
    guard let event = try rendering.next() else {
      current = nil
      return nil
    }
    current = (wanted, rendering)
    switch event {
    case .step(let step): evaluations += step.evaluations
    case .preparation(let step): evaluations += step.evaluations
    case .frame(let frame, let picture, _):
      positions.append(wanted[frame])
      pyramids.append(OklabPyramid(picture))
    case .encoded: break
    }
    return event
  }

  /// How different the walk looks at two positions that are there.
  func distance(_ one: Double, _ other: Double) -> Double {
    picture(one).distance(to: picture(other))
  }

  private func picture(_ position: Double) -> OklabPyramid {
    let isEnd = renderer.route.isClosed && position == Double(renderer.route.legCount)
    guard let index = positions.firstIndex(of: isEnd ? 0 : position) else {
      preconditionFailure("There is no picture at \(position).")
    }
    return pyramids[index]
  }

  /// The distances between neighbours among all positions; of a closed path also from the last to its end.
  func pace(jumps: [MeasuredGap] = []) -> Pace {
    var rising = positions.sorted()
    if renderer.route.isClosed { rising.append(Double(renderer.route.legCount)) }
    return Pace(
      positions: rising, distances: zip(rising, rising.dropFirst()).map { distance($0, $1) }, jumps: jumps)
  }
}
