import Tensors

/// SDE-DPM-Solver++(2M): `DPMSolver` for the stochastic equation. Each step forgets part of the noise it has and adds
/// new noise in its place.
///
///     y' = (sigma' / sigma) * exp(-h) * y + (1 - exp(-2h)) * D + sigma' * sqrt(1 - exp(-2h)) * noise
///
/// with exp(-h) = sigma' / sigma and D as in `DPMSolver`.
///
/// Source: Lu et al., "DPM-Solver++" (2022), section 4 and appendix C.
struct DPMSolverSDE: Sampler {
  static let summary = "DPM-Solver++ of second order with fresh noise at each step"
  static let family = SamplerFamily.intervals
  static let drawsNoise = true
  private var history = DenoisedHistory()

  init(prediction: PredictionKind) {}

  mutating func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor
  {
    let ratio = step.sigmaAfter / step.sigma
    let forgotten = 1 - ratio * ratio
    let d = history.extrapolated(x0, step)
    let lower = mix(Float(ratio * ratio), step.sigmaForm(x), Float(forgotten), d)
    let added = step.sigmaAfter * forgotten.squareRoot()
    return step.alphaForm(mix(1, lower, Float(added), step.noise(images: x.shape[0])))
  }
}
