import Tensors

/// PNDM without its Runge-Kutta beginning, known as PLMS: a DDIM step along a mixture of the network's last four
/// outputs.
///
///     e = (55 e_0 - 59 e_1 + 37 e_2 - 9 e_3) / 24          e_0 the newest output
///
/// and (23, -16, 5) / 12 of three, (3, -1) / 2 of two. The first step has one output; it takes a trial step, evaluates
/// the network again where that ends, and takes the mean of both. The weights are those for levels at equal distances.
///
/// What is mixed is the network's own output, noise or velocity, as diffusers does it.
///
/// Source: Liu et al., "Pseudo Numerical Methods for Diffusion Models on Manifolds" (2022), equations 9, 12 and 13.
struct PNDM: Sampler {
  static let summary = "PLMS; evaluates the network twice in the first step"
  static let family = SamplerFamily.strided
  static let schedules: [ScheduleKind] = [.keras, .keras09, .leading, .trailing]
  private let prediction: PredictionKind
  /// The newest first; four at most.
  private var modelOutputs: [Tensor] = []

  init(prediction: PredictionKind) { self.prediction = prediction }

  static func evaluations(after steps: Int, of count: Int) -> Int {
    steps > 0 && count > 1 ? steps + 1 : steps
  }

  mutating func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor
  {
    let modelOutput = prediction.modelOutput(noisy: x, denoised: x0, level: step.level)
    modelOutputs = [modelOutput] + modelOutputs.prefix(3)
    if modelOutputs.count == 1 {
      let trial = ddimStep(noisy: x, denoised: x0, from: step.alphaBar, to: step.alphaBarAfter)
      guard let next = step.next else { return trial }
      let second = prediction.modelOutput(noisy: trial, denoised: denoise(trial, next), level: next)
      return follow(mix(0.5, modelOutput, 0.5, second), x, from: step.level, to: next.alphaBar)
    }
    let weights: [Double] =
      switch modelOutputs.count {
      case 2: [3.0 / 2, -1.0 / 2]
      case 3: [23.0 / 12, -16.0 / 12, 5.0 / 12]
      default: [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24]
      }
    let mixture = sum(zip(weights, modelOutputs).map { (weight: $0, $1) })
    return follow(mixture, x, from: step.level, to: step.alphaBarAfter)
  }

  private func follow(_ modelOutput: Tensor, _ x: Tensor, from level: NoiseLevel, to alphaBar: Double)
    -> Tensor
  {
    let denoised = prediction.denoised(noisy: x, modelOutput: modelOutput, level: level)
    return ddimStep(noisy: x, denoised: denoised, from: level.alphaBar, to: alphaBar)
  }
}
