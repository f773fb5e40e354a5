import Tensors

/// Latent consistency models, which predict the end of the whole path: each step takes that prediction and adds new
/// noise up to the next level. Two to eight steps are enough; guidance is best between 1 and 2.
///
///     c_skip = s^2 / ((10 t)^2 + s^2),  c_out = 10 t / sqrt((10 t)^2 + s^2),  s = 0.5
///     f  = c_skip * x + c_out * x0
///     x' = sqrt(abar') * f + sqrt(1 - abar') * noise,   and f itself after the last step
///
/// For models that were distilled so, or with LCM-LoRA.
///
/// Source: Luo et al., "Latent Consistency Models" (2023), algorithm 3; the constants are diffusers'.
struct LCM: Sampler {
  static let summary = "for latent consistency models and LCM-LoRA, 2 to 8 steps"
  static let family = SamplerFamily.distilled
  static let drawsNoise = true

  init(prediction: PredictionKind) {}

  func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor {
    let (t, s) = (10 * step.level.timestep, 0.5)
    let length = t * t + s * s
    let end = mix(Float(s * s / length), x, Float(t / length.squareRoot()), x0)
    if step.isLast { return end }
    let (signal, noise) = (step.alphaBarAfter.squareRoot(), (1 - step.alphaBarAfter).squareRoot())
    return mix(Float(signal), end, Float(noise), step.noise(images: x.shape[0]))
  }
}
