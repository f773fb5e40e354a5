import Tensors

/// A way of taking steps from noise to a picture: a value that keeps what it needs of its earlier steps.
///
/// A sampler sees latents, noise levels and a denoiser, and nothing of networks, texts or guidance. To add one,
/// write a conformer in a file of its own and give it a name in `SamplerName`.
protocol Sampler {
  /// What the name means, in a few words.
  static var summary: String { get }
  /// How it reads the name of a schedule.
  static var family: SamplerFamily { get }
  /// The schedules that it works with.
  static var schedules: [ScheduleKind] { get }
  /// Whether each step adds noise of its own.
  static var drawsNoise: Bool { get }

  /// - Parameter prediction: what the network behind the denoiser predicts.
  init(prediction: PredictionKind)

  /// How often the denoiser is evaluated in the first `steps` of `count` steps.
  static func evaluations(after steps: Int, of count: Int) -> Int

  /// Latents x at the level where a step begins -> latents at the one where it ends, both [n, h, w, c].
  ///
  /// - Parameters:
  ///   - x0: the denoised latents, the denoiser's estimate.
  ///   - denoise: the denoiser, for those that evaluate it again within a step.
  mutating func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor
}

extension Sampler {
  static var schedules: [ScheduleKind] { ScheduleKind.allCases.filter { $0.entry(for: family) != nil } }
  static var drawsNoise: Bool { false }
  static func evaluations(after steps: Int, of count: Int) -> Int { steps }
}

/// One step on the way: from a noise level to the abar, or sigma, that it leaves behind.
///
/// Latents are x = sqrt(abar) * x0 + sqrt(1 - abar) * noise. Many papers write y = x0 + sigma * noise instead, which
/// differs by the factor sqrt(abar) only and makes their equations short: `sigmaForm` converts to it, `alphaForm`
/// back.
struct SamplerStep {
  let index: Int
  let schedule: SamplingSchedule
  /// What the steps add, one [1, h, w, c] each, or nothing for samplers that add none.
  let stepNoises: [Tensor]

  var level: NoiseLevel { schedule.levels[index] }
  var isLast: Bool { index + 1 == schedule.count }
  /// The level at which the next step begins.
  var next: NoiseLevel? { isLast ? nil : schedule.levels[index + 1] }

  var alphaBar: Double { level.alphaBar }
  var alphaBarAfter: Double { schedule.alphaBar(after: index) }
  /// abar of the training at a whole timestep between those of the schedule.
  func alphaBar(atTimestep timestep: Int) -> Double {
    guard let training = schedule.training else {
      preconditionFailure("The sampler \(schedule.sampler.rawValue) needs a schedule of ScheduleKind.")
    }
    return training.alphaBars[timestep]
  }
  var sigma: Double { level.sigma }
  var sigmaAfter: Double { Sampling.sigma(alphaBar: alphaBarAfter) }

  /// x at the beginning -> y = x0 + sigma * noise
  func sigmaForm(_ x: Tensor) -> Tensor { Float(1 / alphaBar.squareRoot()) * x }

  /// y = x0 + sigma * noise at the end -> x
  func alphaForm(_ y: Tensor) -> Tensor { Float(alphaBarAfter.squareRoot()) * y }

  /// The noise that this step adds, the same for each of n images: [n, h, w, c].
  func noise(images n: Int) -> Tensor { Tensor.batch(Array(repeating: stepNoises[index], count: n)) }
}

/// The sum of tensors of one shape, each times its weight.
func sum(_ terms: [(weight: Double, Tensor)]) -> Tensor {
  let first = Float(terms[0].weight) * terms[0].1
  return terms.dropFirst().reduce(first) { mix(1, $0, Float($1.weight), $1.1) }
}
