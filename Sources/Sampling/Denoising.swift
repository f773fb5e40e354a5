import Tensors

/// What a sampler needs to know of a model: noisy latents and their level -> clean latents, both [n, h, w, c].
public typealias Denoiser = (_ noisy: Tensor, _ level: NoiseLevel) -> Tensor

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
///     let noise = NoiseSchedule(betaStart: 0.00085, betaEnd: 0.012, kind: .scaledLinear, trainSteps: 1000)
///     let levels = try ScheduleKind.leading.levels(steps: 25, noise: noise)
///     var latents = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
///     for step in Denoising(latents, through: levels, with: { noisy, level in Float(level.alphaBar) * noisy }) {
///       print("step \(step.index + 1) of \(step.count)")
///       latents = step.latents
///     }
///
/// Who iterates shows progress, makes previews and may stop at any step.
public struct Denoising: Sequence, IteratorProtocol {
  private let levels: SamplingSchedule
  private let stepNoises: [Tensor]
  private let denoiser: Denoiser
  private var sampler: any Sampler
  private var latents: Tensor
  private var index = 0

  /// - Parameters:
  ///   - noise: [n, h, w, c], normally distributed with variance one.
  ///   - prediction: what the network behind the denoiser predicts.
  ///   - stepNoises: what a sampler that draws noise adds, one [1, h, w, c] for each step.
  public init(
    _ noise: Tensor, through levels: SamplingSchedule, prediction: PredictionKind = .epsilon,
    stepNoises: [Tensor] = [], with denoiser: @escaping Denoiser
  ) {
    precondition(
      stepNoises.count >= levels.count || !levels.sampler.drawsNoise,
      "The sampler \(levels.sampler.rawValue) adds noise in each of \(levels.count) steps, not in \(stepNoises.count)."
    )
    latents = levels.noiseScale == 1 ? noise : Float(levels.noiseScale) * noise
    sampler = levels.sampler.kind.init(prediction: prediction)
    self.levels = levels
    self.stepNoises = stepNoises
    self.denoiser = denoiser
  }

  public mutating func next() -> DenoisingStep? {
    guard index < levels.count else { return nil }
    let step = SamplerStep(index: index, levels: levels, stepNoises: stepNoises)
    let denoised = denoiser(latents, step.level)
    latents = sampler.step(latents, denoised: denoised, step, again: denoiser)
    defer { index += 1 }
    return DenoisingStep(index: index, count: levels.count, latents: latents, estimate: denoised)
  }
}
