import Tensors

/// Classifier-free guidance: extrapolates from the model output without a prompt, by `scale` times
/// the difference that the prompt makes.
///
///     e = e_u + g * (e_c - e_u)
///
/// Source: Ho and Salimans, "Classifier-Free Diffusion Guidance" (2022), equation 6 with g = w + 1. A scale
/// of one is the conditional output alone, so that the other half need not be evaluated.
public func guided(unconditional: Tensor, conditional: Tensor, scale: Float) -> Tensor {
  mix(1 - scale, unconditional, scale, conditional)
}

/// The same with a scale for each image, the first dimension.
public func guided(unconditional: Tensor, conditional: Tensor, scales: [Float]) -> Tensor {
  mix(scales.map { 1 - $0 }, unconditional, scales, conditional)
}
