import Tensors

/// The deterministic DDIM sampler (eta 0): keeps the noise that the denoiser left out and adds as much of it to
/// the denoised latents as the next level has.
///
/// Source: Song et al., "Denoising Diffusion Implicit Models" (2021), equation 12 with sigma 0.
struct DDIM: Sampler {
  static let summary = "DDIM without added noise; the Keras example's, and the default"
  static let family = SamplerFamily.strided

  init(prediction: PredictionKind) {}

  func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor {
    ddimStep(noisy: x, denoised: x0, from: step.alphaBar, to: step.alphaBarAfter)
  }
}

/// With abar the level's and abar' the next:
///
///     e  = (x - sqrt(abar) * x0) / sqrt(1 - abar)
///     x' = sqrt(abar') * x0 + sqrt(1 - abar') * e
///
/// Written here as one mixture of x and x0. Nothing is clipped and no noise is added.
func ddimStep(noisy x: Tensor, denoised x0: Tensor, from alphaBar: Double, to nextAlphaBar: Double) -> Tensor
{
  let kept = ((1 - nextAlphaBar) / (1 - alphaBar)).squareRoot()
  return mix(Float(kept), x, Float(nextAlphaBar.squareRoot() - kept * alphaBar.squareRoot()), x0)
}
