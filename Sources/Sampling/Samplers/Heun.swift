import Tensors

/// Heun's method: tries an Euler step, evaluates the denoiser again where it ends, and takes the mean of both
/// directions.
///
///     d  = (y - x0) / sigma                    y = x0 + sigma * noise
///     z  = y + (sigma' - sigma) * d
///     d' = (z - x0(z)) / sigma'
///     y' = y + (sigma' - sigma) * (d + d') / 2
///
/// The last step, to no noise at all, is Euler's: there is no direction at sigma' = 0.
///
/// Source: Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (2022), algorithm 1.
struct Heun: Sampler {
  static let summary = "Heun's method; evaluates the network twice a step, but for the last"
  static let family = SamplerFamily.continuous

  init(prediction: PredictionKind) {}

  static func evaluations(after steps: Int, of count: Int) -> Int {
    steps == count ? max(0, 2 * steps - 1) : 2 * steps
  }

  func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor {
    let y = step.sigmaForm(x)
    let d = direction(y, denoised: x0, sigma: step.sigma)
    let stride = Float(step.sigmaAfter - step.sigma)
    let trial = mix(1, y, stride, d)
    guard let next = step.next else { return step.alphaForm(trial) }
    let second = direction(trial, denoised: denoise(step.alphaForm(trial), next), sigma: next.sigma)
    return step.alphaForm(mix(1, y, stride, mix(0.5, d, 0.5, second)))
  }
}
