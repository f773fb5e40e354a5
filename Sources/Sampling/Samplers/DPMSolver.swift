import Glibc
import Tensors

/// DPM-Solver++(2M): an exponential integrator that carries the change of the denoised latents on from the step before.
///
/// With lambda = -log sigma, h = lambda' - lambda and h0 the step before's:
///
///     D  = x0 + h / (2 h0) * (x0 - previous x0)
///     y' = sigma' / sigma * y - (exp(-h) - 1) * D          y = x0 + sigma * noise, exp(-h) = sigma' / sigma
///
/// The first step has no step before it, and the last, to no noise at all, is endless in lambda: both take D = x0.
///
/// Source: Lu et al., "DPM-Solver++" (2022), algorithm 2.
struct DPMSolver: Sampler {
  static let summary = "DPM-Solver++ of second order, multistep"
  static let family = SamplerFamily.intervals
  private var history = DenoisedHistory()

  init(prediction: PredictionKind) {}

  mutating func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor
  {
    let ratio = step.sigmaAfter / step.sigma
    let d = history.extrapolated(x0, step)
    return step.alphaForm(mix(Float(ratio), step.sigmaForm(x), Float(1 - ratio), d))
  }
}

/// The denoised latents of the step before, from which DPM-Solver++ and UniPC extrapolate.
struct DenoisedHistory {
  private(set) var previous: (sigma: Double, denoised: Tensor)?

  /// x0 + h / (2 h0) * (x0 - previous x0), or x0 alone at the first and at the last step. Remembers x0.
  mutating func extrapolated(_ x0: Tensor, _ step: SamplerStep) -> Tensor {
    defer { previous = (step.sigma, x0) }
    guard let previous, !step.isLast else { return x0 }
    let h = log(step.sigma / step.sigmaAfter)
    let weight = h / (2 * log(previous.sigma / step.sigma))
    return mix(Float(1 + weight), x0, Float(-weight), previous.denoised)
  }
}
