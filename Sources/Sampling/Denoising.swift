import Tensors

/// What a sampler needs of a model: noisy latents and their level -> denoised latents, both [n, h, w, c].
public typealias Denoiser = (_ noisy: Tensor, _ level: NoiseLevel) -> Tensor

/// What one step of denoising has reached.
public struct DenoisingStep: Sendable {
  /// 0 for the first step.
  public let index: Int
  /// How many steps there are.
  public let count: Int
  /// The latents after this step, x_(index + 1); the last step's are the result.
  public let latents: Tensor
  /// The denoiser's estimate of the denoised latents, for previews.
  public let estimate: Tensor
}

/// Turns noise into latents, one noise level at a time: a sequence that computes each step when it is requested.
///
///     let training = NoiseSchedule(betaStart: 0.00085, betaEnd: 0.012, kind: .scaledLinear, trainSteps: 1000)
///     let schedule = try ScheduleKind.keras.schedule(steps: 25, noise: training)
///     let noise = NoiseGenerator.pytorch.normals(seed: 1, draw: 0, height: 64, width: 64, channels: 4)
///     for step in Denoising(noise, through: schedule, with: { noisy, level in 0.9 * noisy }) {
///       print("step \(step.index + 1) of \(step.count)")
///     }
///
/// The loop may show progress and previews, and may stop after any step.
public struct Denoising: Sequence, IteratorProtocol {
  private let schedule: SamplingSchedule
  private let stepNoises: [Tensor]
  private let denoiser: Denoiser
  private var sampler: any Sampler
  /// The latents before the next step: x_0 before the first, x_I after I steps, at the end the result.
  public private(set) var latents: Tensor
  private var index = 0

  /// - Parameters:
  ///   - noise: [n, h, w, c], normally distributed with variance one; or latents with as much noise as the first level
  ///     has, for a schedule that begins later.
  ///   - prediction: what the network behind the denoiser predicts.
  ///   - stepNoises: what a sampler that draws noise adds, one [1, h, w, c] for each step.
  public init(
    _ noise: Tensor, through schedule: SamplingSchedule, prediction: PredictionKind = .epsilon,
    stepNoises: [Tensor] = [], with denoiser: @escaping Denoiser
  ) {
    precondition(
      stepNoises.count >= schedule.count || !schedule.sampler.drawsNoise,
      "The sampler \(schedule.sampler.rawValue) adds noise in each of \(schedule.count) steps, not in \(stepNoises.count)."
    )
    latents = schedule.noiseScale == 1 ? noise : Float(schedule.noiseScale) * noise
    sampler = schedule.sampler.kind.init(prediction: prediction)
    self.schedule = schedule
    self.stepNoises = stepNoises
    self.denoiser = denoiser
  }

  public mutating func next() -> DenoisingStep? {
    guard index < schedule.count else { return nil }
    let step = SamplerStep(index: index, schedule: schedule, stepNoises: stepNoises)
    let denoised = denoiser(latents, step.level)
    latents = sampler.step(latents, denoised: denoised, step, again: denoiser)
    defer { index += 1 }
    return DenoisingStep(index: index, count: schedule.count, latents: latents, estimate: denoised)
  }
}
