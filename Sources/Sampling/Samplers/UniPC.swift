import Glibc
import Tensors

/// UniPC of second order (B2): predicts as DPM-Solver++(2M) does, and when the denoiser has been evaluated at the
/// predicted latents, corrects them with its output before the next prediction. The correction costs no evaluation.
///
/// From sigma_0, where the denoised latents were m0, to sigma, where they are m, with h = log(sigma_0 / sigma),
/// B = exp(-h) - 1, m_1 the denoised latents before m0, at r = -h0 / h:
///
///     y = sigma / sigma_0 * y_0 - B * (m0 + c_1 * (m_1 - m0) / r + c_2 * (m - m0))
///
///     c_1 + c_2 = b_1,  r c_1 + c_2 = b_2,  b_1 = (B / -h - 1) / B,  b_2 = 2 ((B / -h - 1) / -h - 1 / 2) / B
///
/// and c_1 = 0, c_2 = 1/2 where there is no m_1. The last step, to no noise at all, is of first order.
///
/// Source: Zhao et al., "UniPC: A Unified Predictor-Corrector Framework" (2023), algorithms 5 and 6 with B_2.
struct UniPC: Sampler {
  static let summary = "UniPC of second order: predicts and corrects"
  static let family = SamplerFamily.intervals
  private var history = DenoisedHistory()
  /// What the last prediction started from.
  private var departure: Departure?

  private struct Departure {
    let y: Tensor
    let sigma: Double
    let denoised: Tensor
    /// The denoised latents before; without them the prediction was of first order.
    let previous: (sigma: Double, denoised: Tensor)?
  }

  init(prediction: PredictionKind) {}

  mutating func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor
  {
    let y = departure.map { Self.corrected($0, denoised: x0, at: step.sigma) } ?? step.sigmaForm(x)
    departure = Departure(y: y, sigma: step.sigma, denoised: x0, previous: history.previous)
    let ratio = step.sigmaAfter / step.sigma
    return step.alphaForm(
      mix(Float(ratio), y, Float(1 - ratio), history.extrapolated(x0, step)))
  }

  private static func corrected(_ from: Departure, denoised m: Tensor, at sigma: Double) -> Tensor {
    let h = log(from.sigma / sigma)
    let b = expm1(-h)
    let difference = m - from.denoised
    let correction: Tensor
    if let previous = from.previous {
      let r = -log(previous.sigma / from.sigma) / h
      let phi = b / -h - 1
      let (b1, b2) = (phi / b, 2 * (phi / -h - 0.5) / b)
      let c1 = (b1 - b2) / (1 - r)
      correction = mix(Float(c1 / r), previous.denoised - from.denoised, Float(b1 - c1), difference)
    } else {
      correction = 0.5 * difference
    }
    return mix(Float(sigma / from.sigma), from.y, Float(-b), from.denoised + correction)
  }
}
