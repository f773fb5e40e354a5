import Media
import StableDiffusion
import Walks

/// Looks whether interpolated attention leads over the jumps of a walk: the frames of its bridges are rendered, and where
/// a step between them is still seen as a cut, the bridge becomes a cross-fade.
struct BridgeCheck {
  private(set) var evaluations = 0
  private let bridges: [Recipe.Bridge]
  /// Of each bridge, its frames with both ends.
  private let frames: [[Int]]
  private var rendering: Rendering
  private var pyramids: [Int: OklabPyramid] = [:]

  /// - Parameter renderer: of the recipe with the bridges.
  init(_ renderer: Renderer, _ cancellation: Cancellation) {
    let route = renderer.route
    bridges = renderer.recipe.walk.between?.bridges ?? []
    frames = bridges.map { bridge in
      (0..<route.timing.frameCount).filter { bridge.from...bridge.to ~= route.position(of: $0).legs }
    }
    rendering = renderer.rendering(Set(frames.joined()).sorted(), cancellation: cancellation)
  }

  mutating func next() throws -> RenderingEvent? {
    guard let event = try rendering.next() else { return nil }
    switch event {
    case .step(let step): evaluations += step.evaluations
    case .preparation(let step): evaluations += step.evaluations
    case .frame(let frame, let picture, _): pyramids[frame] = OklabPyramid(picture)
    case .encoded: break
    }
    return event
  }

  /// The bridges, each with the method that leads over its jump.
  var result: [Recipe.Bridge] {
    zip(bridges, frames).map { bridge, frames in
      let steps = zip(frames, frames.dropFirst()).compactMap { one, next in
        pyramids[next].flatMap { pyramids[one]?.distance(to: $0) }
      }
      guard steps.contains(where: { $0 > ChangeThresholds.oklab.cut }) else { return bridge }
      return Recipe.Bridge(from: bridge.from, to: bridge.to, method: .crossFade)
    }
  }
}
