import Walks

/// The way of a recipe's frames: where each stands, and what it is made from.
struct Route: Sendable {
  let walk: Recipe.Walk
  let timing: Timing
  private let path: any Path

  init(_ walk: Recipe.Walk) {
    (self.walk, timing, path) = (walk, walk.timing, walk.path)
  }

  private init(_ route: Route, _ timing: Timing) {
    (walk, self.timing, path) = (route.walk, timing, route.path)
  }

  /// The same path with frames at other positions, in legs.
  func at(_ positions: [Double]) -> Route {
    let knots = positions.enumerated().map { Timing.Knot(frame: Double($0), position: $1) }
    return Route(self, Timing(frameCount: positions.count, knots: knots))
  }

  var legCount: Int { path.legCount }
  var isClosed: Bool { path.isClosed }

  /// - Throws: `RenderError` if there is no such frame.
  func require(frame: Int) throws(RenderError) {
    guard 0..<timing.frameCount ~= frame else {
      throw .noSuchFrame(frame, choices: timing.frameCount == 1 ? "0" : "0 to \(timing.frameCount - 1)")
    }
  }

  func position(of frame: Int) -> Position { timing.position(of: frame, on: path) }
  func point(at position: Position) -> Point { path.point(at: position) }
  func point(of frame: Int) -> Point { point(at: position(of: frame)) }

  /// The key frame whose sampling holds at a position: the last one that it has reached.
  func keyFrame(at position: Position) -> Recipe.KeyFrame {
    guard walk.kind == .interpolate else { return walk.keyFrames[0] }
    return walk.keyFrames[position.leg % walk.keyFrames.count]
  }

  /// - Parameter steps: how many steps the schedule of a key frame's sampling has.
  func plan(of frame: Int, steps: (Recipe.Sampling) -> Int) -> FramePlan {
    let position = position(of: frame)
    let sampling = keyFrame(at: position).sampling
    func plan(_ parents: Parents?, start: Int = 0, attention: Bool = false) -> FramePlan {
      FramePlan(
        position: position, sampling: sampling, parents: parents, start: start, hasAttention: attention)
    }
    guard position.fraction > 0, let between = walk.between else { return plan(nil) }
    if let bridge = between.bridges?.first(where: { $0.from < position.legs && position.legs < $0.to }) {
      let parents = Parents(from: Position(bridge.from), to: Position(bridge.to))
      return bridge.method == .crossFade
        ? plan(parents, start: steps(sampling)) : plan(parents, attention: true)
    }
    let ends = Parents(
      from: Position(leg: position.leg, fraction: 0), to: Position(leg: position.leg + 1, fraction: 0))
    let start = Int((Double(steps(sampling)) * (between.blend ?? 0)).rounded())
    let hasAttention = between.attention ?? false
    return start > 0 || hasAttention ? plan(ends, start: start, attention: hasAttention) : plan(nil)
  }
}

/// How a frame is made.
struct FramePlan: Hashable {
  let position: Position
  let sampling: Recipe.Sampling
  /// Two points of the way between which the frame takes its beginning, its attention, or both; nil if it takes
  /// nothing from others.
  let parents: Parents?
  /// The first step that the frame takes itself, from the latents of its parents before that step: 0 for all steps, from
  /// its own noise; the number of steps for none, a cross-fade.
  let start: Int
  /// Whether its self-attention is interpolated between its parents'.
  let hasAttention: Bool

  /// Where between its parents the frame stands, 0 ... 1.
  var fraction: Double {
    guard let parents else { return 0 }
    return (position.legs - parents.from.legs) / (parents.to.legs - parents.from.legs)
  }

  /// Whether two frames can be denoised in one batch.
  func fits(_ other: FramePlan) -> Bool {
    sampling == other.sampling && start == other.start && hasAttention == other.hasAttention
      && (!hasAttention || parents == other.parents)
  }
}

/// Two points of a way.
struct Parents: Hashable {
  let from: Position
  let to: Position
}
