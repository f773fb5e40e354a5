import Tensors

/// Beginning in the middle: a picture that is there already gets some noise and is denoised from that level on.
///
/// Meng et al., "SDEdit" (arXiv 2108.01073), with the steps that diffusers' `StableDiffusionImg2ImgPipeline` leaves out.
extension SamplingSchedule {
  /// The last levels, so many that `strength` is their share: int(count * strength).
  /// - Parameter strength: 0 ... 1; from 1, which takes all levels, to 0, which takes none.
  public func startingAt(strength: Double) -> SamplingSchedule {
    precondition(0...1 ~= strength, "A strength lies in 0 ... 1.")
    return suffix(Int(Double(count) * strength))
  }

  /// Clean latents with as much noise as the first level has: sqrt(abar) * clean + sqrt(1 - abar) * noise.
  public func noised(_ denoised: Tensor, with noise: Tensor) -> Tensor {
    guard let alphaBar = levels.first?.alphaBar else { return denoised }
    return mix(Float(alphaBar.squareRoot()), denoised, Float((1 - alphaBar).squareRoot()), noise)
  }
}
