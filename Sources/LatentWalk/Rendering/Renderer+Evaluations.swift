import Sampling
import StableDiffusion
import Walks

extension Renderer {
  /// UNet evaluations for some frames, with what has to be prepared for them.
  /// - Throws: `RenderError` if the walk does not have one of them.
  public func evaluations(of frames: [Int]) throws -> Int {
    for frame in frames { try route.require(frame: frame) }
    if recipe.walk.kind == .denoise { return wayEvaluations(frames) }
    return batches(frames).reduce(preparingEvaluations(frames)) { $0 + evaluations(ofBatch: $1) }
  }

  /// Of what is missing for some frames. What is wanted after few steps and after more is prepared for each.
  private func preparingEvaluations(_ frames: [Int]) -> Int {
    let missing = frames.map(plan).flatMap(missingPreparations)
    return Dictionary(grouping: missing, by: \.preparation).reduce(0) { sum, wanted in
      Set(wanted.value.map(\.steps)).reduce(sum) { $0 + evaluations(wanted.key, steps: $1) }
    }
  }

  private func evaluations(ofBatch frames: [Int]) -> Int {
    let steps = noise.schedule(plan(of: frames[0]).sampling).count - plan(of: frames[0]).start
    return (0..<max(0, steps)).reduce(0) { $0 + evaluations(of: frames, inStep: $1) }
  }

  /// Of a batch, in a step that its frames take themselves, counted from 0; with the parents of attention beside them.
  func evaluations(of frames: [Int], inStep step: Int) -> Int {
    // All frames of `denoise` are one image.
    let plans = (recipe.walk.kind == .denoise ? [frames[0]] : frames).map(plan)
    let schedule = noise.schedule(plans[0].sampling).suffix(from: plans[0].start)
    let parents = plans[0].hasAttention ? plans[0].parents.map { [$0.from, $0.to] } ?? [] : []
    let images = (parents + plans.map(\.position)).reduce(0) { $0 + evaluationsPerStep(at: $1) }
    return images * (schedule.evaluations(after: step + 1) - schedule.evaluations(after: step))
  }

  private func evaluationsPerStep(at position: Position) -> Int {
    Guidance.evaluationsPerStep(scale: text.guidanceScale(at: route.point(at: position).conditioning))
  }

  func evaluations(_ preparation: Preparation, steps: Int) -> Int {
    switch preparation {
    case .inversion: Inversion.evaluations(steps: steps)
    case .parent(let position, let sampling):
      noise.schedule(sampling).evaluations(after: steps) * evaluationsPerStep(at: position)
    }
  }

  /// The whole way is denoised for any of its frames but the first.
  private func wayEvaluations(_ frames: [Int]) -> Int {
    preparingEvaluations(frames) + (frames.contains { $0 > noiseFrame } ? evaluations(ofBatch: [0]) : 0)
  }
}
