import Tensors

/// What a network was trained to predict from noisy latents; the names are those of a scheduler's `prediction_type`.
///
/// With noisy latents x = sqrt(abar) * x0 + sqrt(1 - abar) * e, a model output gives the denoised latents x0:
///
///     epsilon     the noise e                               x0 = (x - sqrt(1 - abar) * e) / sqrt(abar)
///     velocity    v = sqrt(abar) * e - sqrt(1 - abar) * x0  x0 = sqrt(abar) * x - sqrt(1 - abar) * v
///
/// Sources: Ho et al. (2020), equation 9; Salimans and Ho, "Progressive Distillation" (2022), appendix D.
public enum PredictionKind: String, CaseIterable, Codable, Sendable {
  case epsilon
  case velocity = "v_prediction"

  /// The denoised latents x0 for a model output, in the shape of the noisy latents.
  public func denoised(noisy: Tensor, modelOutput: Tensor, level: NoiseLevel) -> Tensor {
    let signal = level.alphaBar.squareRoot()
    let noise = (1 - level.alphaBar).squareRoot()
    return switch self {
    case .epsilon: mix(Float(1 / signal), noisy, Float(-noise / signal), modelOutput)
    case .velocity: mix(Float(signal), noisy, Float(-noise), modelOutput)
    }
  }

  /// The model output for these denoised latents: the inverse of `denoised`.
  func modelOutput(noisy: Tensor, denoised: Tensor, level: NoiseLevel) -> Tensor {
    let signal = level.alphaBar.squareRoot()
    let noise = (1 - level.alphaBar).squareRoot()
    return switch self {
    case .epsilon: mix(Float(1 / noise), noisy, Float(-signal / noise), denoised)
    case .velocity: mix(Float(signal / noise), noisy, Float(-1 / noise), denoised)
    }
  }
}
