import Tensors

/// Euler's method on the differential equation of denoising: a step along the direction of the noise, from sigma to
/// sigma'.
///
///     d  = (y - x0) / sigma
///     y' = y + (sigma' - sigma) * d            y = x0 + sigma * noise
///
/// The equation is DDIM's in other letters; diffusers' two schedulers differ in levels and in how they begin.
///
/// Source: Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (2022), algorithm 1
/// without its second half.
struct Euler: Sampler {
  static let summary = "Euler's method in sigma; DDIM's equation with other levels"
  static let family = SamplerFamily.continuous

  init(prediction: PredictionKind) {}

  func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor {
    let y = step.sigmaForm(x)
    let d = direction(y, denoised: x0, sigma: step.sigma)
    return step.alphaForm(mix(1, y, Float(step.sigmaAfter - step.sigma), d))
  }
}

/// d = (y - x0) / sigma, the noise in y = x0 + sigma * noise.
func direction(_ y: Tensor, denoised x0: Tensor, sigma: Double) -> Tensor {
  mix(Float(1 / sigma), y, Float(-1 / sigma), x0)
}
