import Tensors

/// Euler's method with fresh noise: steps below the next level, to sigma_down, and adds new noise up to it.
///
///     sigma_up^2   = sigma'^2 * (sigma^2 - sigma'^2) / sigma^2
///     sigma_down^2 = sigma'^2 - sigma_up^2
///     y' = y + (sigma_down - sigma) * (y - x0) / sigma + sigma_up * noise          y = x0 + sigma * noise
///
/// Source: Crowson's k-diffusion, `sample_euler_ancestral`; the noise is that of Song et al., "Denoising Diffusion
/// Implicit Models" (2021), equation 16 with eta 1.
struct EulerAncestral: Sampler {
  static let summary = "Euler's method with fresh noise at each step"
  static let family = SamplerFamily.continuous
  static let drawsNoise = true

  init(prediction: PredictionKind) {}

  func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor {
    let (sigma, after) = (step.sigma, step.sigmaAfter)
    let up = after * (1 - after * after / (sigma * sigma)).squareRoot()
    let down = after * after / sigma
    let y = step.sigmaForm(x)
    let lower = mix(1, y, Float(down - sigma), direction(y, denoised: x0, sigma: sigma))
    return step.alphaForm(mix(1, lower, Float(up), step.noise(images: x.shape[0])))
  }
}
