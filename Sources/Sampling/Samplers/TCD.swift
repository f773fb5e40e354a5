import Tensors

/// Trajectory consistency distillation, whose models predict any later place of the path: each step goes past the next
/// level, down to timestep s, and adds new noise up to that level. Two to eight steps are enough, without guidance.
///
///     s   = floor((1 - gamma) * t')
///     x_s = sqrt(abar_s) * x0 + sqrt(1 - abar_s) * e,   e = (x - sqrt(abar) * x0) / sqrt(1 - abar)
///     x'  = sqrt(abar' / abar_s) * x_s + sqrt(1 - abar' / abar_s) * noise
///
/// with t' the next level's timestep, 0 after the last. Gamma, `SamplingSchedule.gamma`, is 0.3; with 0 no noise is
/// added and the steps are DDIM's, with 1 they are those of a consistency model.
///
/// For models that were distilled so, or with a TCD-LoRA or Hyper-SD's.
///
/// Source: Zheng et al., "Trajectory Consistency Distillation" (arXiv 2402.19159), strategic stochastic sampling; the
/// levels are diffusers'.
struct TCD: Sampler {
  static let summary = "for models and LoRAs of TCD and Hyper-SD, 1 to 8 steps"
  static let family = SamplerFamily.trajectory
  static let drawsNoise = true

  init(prediction: PredictionKind) {}

  func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor {
    let s = ((1 - step.schedule.gamma) * (step.next?.timestep ?? 0)).rounded(.down)
    let lowest = step.alphaBar(atTimestep: Int(s))
    let xs = ddimStep(noisy: x, denoised: x0, from: step.alphaBar, to: lowest)
    let kept = step.alphaBarAfter / lowest
    if kept == 1 { return xs }
    return mix(Float(kept.squareRoot()), xs, Float((1 - kept).squareRoot()), step.noise(images: x.shape[0]))
  }
}
