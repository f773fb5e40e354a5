import Tensors

/// What a sampler needs to know of a model: noisy latents and their level -> clean latents, both [n, h, w, c].
public typealias Denoiser = (_ noisy: Tensor, _ level: NoiseLevel) -> Tensor

/// The way from one noise level to the next.
public enum SamplerName: String, CaseIterable, Codable, Sendable {
  case ddim
}

/// What one step of denoising has reached.
public struct DenoisingStep: Sendable {
  /// 0 for the first step.
  public let index: Int
  /// How many steps there are.
  public let count: Int
  /// The latents after this step; the last step's are the result.
  public let latents: Tensor
  /// The denoiser's guess at the clean latents, for previews.
  public let estimate: Tensor
}

/// Turns noise into latents, one noise level at a time: a sequence that computes a step when it is asked for.
///
///     var latents = noise
///     for step in Denoising(noise, through: levels, with: denoiser) {
///       print("step \(step.index + 1) of \(step.count)")
///       latents = step.latents
///     }
///
/// Who iterates shows progress, makes previews and may stop at any step.
public struct Denoising: Sequence, IteratorProtocol {
  private let levels: NoiseLevels
  private let sampler: SamplerName
  private let denoiser: Denoiser
  private var latents: Tensor
  private var index = 0

  /// - Parameter noise: [n, h, w, c], normally distributed with variance one; it is not scaled.
  public init(
    _ noise: Tensor, through levels: NoiseLevels, sampler: SamplerName = .ddim,
    with denoiser: @escaping Denoiser
  ) {
    latents = noise
    self.levels = levels
    self.sampler = sampler
    self.denoiser = denoiser
  }

  public mutating func next() -> DenoisingStep? {
    guard index < levels.count else { return nil }
    let level = levels.levels[index]
    let clean = denoiser(latents, level)
    switch sampler {
    case .ddim:
      latents = ddimStep(
        noisy: latents, clean: clean, from: level.alphaBar, to: levels.alphaBar(after: index))
    }
    defer { index += 1 }
    return DenoisingStep(index: index, count: levels.count, latents: latents, estimate: clean)
  }
}
