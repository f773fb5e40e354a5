import Media
import Sampling
import StableDiffusion
import Tensors
import Walks

/// How batches of frames are denoised.
extension Renderer {
  /// Frames in their order, divided into batches that can be denoised together.
  func batches(_ frames: [Int]) -> [[Int]] {
    // All frames of `denoise` come from one denoising.
    if recipe.walk.kind == .denoise { return frames.isEmpty ? [] : [frames] }
    // Memory is reserved for no more, also where frames are requested twice.
    let most = min(batch, route.timing.frameCount)
    return frames.reduce(into: []) { batches, frame in
      if let last = batches.last, last.count < most, plan(of: last[0]).fits(plan(of: frame)) {
        batches[batches.count - 1].append(frame)
      } else {
        batches.append([frame])
      }
    }
  }

  /// The denoising of a batch, from the step at which its frames begin; with parents of attention before them. Nil if no
  /// step is left for them.
  func denoising(_ frames: [Int], _ cancellation: Cancellation) throws -> Denoising? {
    // All frames of `denoise` are one image.
    let plans = (recipe.walk.kind == .denoise ? [frames[0]] : frames).map(plan)
    let (plan, whole) = (plans[0], noise.schedule(plans[0].sampling))
    guard plan.start < whole.count, !isOnlyInversion(frames) else { return nil }
    let parents = plan.hasAttention ? plan.parents.map { [$0.from, $0.to] } ?? [] : []
    let positions = parents + plans.map(\.position)
    let beginnings = parents.map { beginning($0, of: plan) } + plans.map(beginning)
    return try model.pipeline.denoising(
      Tensor.batch(beginnings),
      guidedBy: text.guidance(at: positions.map { route.point(at: $0).conditioning }),
      through: plan.start == 0 ? whole : whole.suffix(from: plan.start),
      stepNoises: Array((noise.steps[plan.sampling] ?? []).dropFirst(plan.start)),
      cancellation: cancellation,
      attention: plan.hasAttention ? AttentionInterpolation(fractions: plans.map(\.fraction)) : nil)
  }

  /// The latents with which a parent of a frame begins beside it.
  private func beginning(_ position: Position, of plan: FramePlan) -> Tensor {
    plan.start == 0 ? initialLatents(at: position) : parentLatents(position, of: plan)
  }

  /// The latents with which a frame begins: its noise, or what its parents have reached, on the great circle.
  private func beginning(_ plan: FramePlan) -> Tensor {
    guard plan.start > 0, let parents = plan.parents else { return initialLatents(at: plan.position) }
    return .slerp(
      parentLatents(parents.from, of: plan), parentLatents(parents.to, of: plan), plan.fraction)
  }

  /// The latents of a frame that takes no step of its own: its parents', straight between them.
  func crossFade(_ frame: Int) -> Tensor {
    let plan = plan(of: frame)
    guard let parents = plan.parents else { return initialLatents(at: plan.position) }
    return Tensor.combined(
      [parentLatents(parents.from, of: plan), parentLatents(parents.to, of: plan)],
      weights: [1 - plan.fraction, plan.fraction])
  }

  private func parentLatents(_ position: Position, of plan: FramePlan) -> Tensor {
    guard let latents = prepared[.parent(position, plan.sampling), after: plan.start] else {
      preconditionFailure("A frame's preparations are done before it is begun.")
    }
    return latents
  }

  /// Of parents only the wanted step is kept; of a picture that is shown on its way into noise, all.
  func keepsLatents(of preparation: Preparation, after taken: Int, wanted: Int) -> Bool {
    taken == wanted || (recipe.walk.kind == .denoise && preparation == .inversion(keyFrame: 0))
  }
}

/// The frames of `denoise`: a picture's way into noise, if there is a picture, then the way out of noise.
extension Renderer {
  private var wayCount: Int { noise.schedule(recipe.walk.keyFrames[0].sampling).count }
  /// The first frame of the way out: noise.
  var noiseFrame: Int { pictureLatents.isEmpty ? 0 : wayCount }

  private func isOnlyInversion(_ frames: [Int]) -> Bool {
    recipe.walk.kind == .denoise && frames.allSatisfy { $0 <= noiseFrame }
  }

  /// Those of some frames that need no denoising: the picture, its way into noise, and the noise.
  func preparedSteps(_ frames: [Int]) -> [(frame: Int, latents: Tensor)] {
    frames.filter { $0 <= noiseFrame }.map { frame in
      let way = pictureLatents[0].map { frame == 0 ? $0 : prepared[.inversion(keyFrame: 0), after: frame] }
      return (frame, (way ?? nil) ?? initialLatents(at: Position(leg: 0, fraction: 0)))
    }
  }

  /// The frame that shows a step of the way out.
  func frame(afterStep step: Int) -> Int { noiseFrame + step }

  func picture(_ latents: Tensor, frame: Int) -> Picture {
    guard recipe.walk.kind == .denoise else { return picture(latents) }
    let schedule = noise.schedule(recipe.walk.keyFrames[0].sampling)
    return picture(schedule.displayed(latents, afterSteps: abs(frame - noiseFrame)))
  }
}
