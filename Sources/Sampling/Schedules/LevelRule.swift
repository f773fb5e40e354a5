import Glibc

/// How the noise levels of a schedule are found, with T training steps, s requested steps, k = T / s rounded down and
/// the model's offset o. Timesteps that are not whole are rounded half to even unless said otherwise.
enum LevelRule {
  /// Where a schedule with a single step of its own begins.
  enum SingleStep { case noisiest, cleanest }

  /// Timesteps ..., 1 + 2k, 1 + k, 1 below T.
  case stridesFromOne
  /// o + (s - 1) k, ..., o + k, o.
  case multiples
  /// o + s k', ..., o + 2 k', o + k' with k' = T / (s + 1).
  case multiplesOfIntervals
  /// T - i T / s - 1, i = 0, ..., s - 1; T - i T / s is rounded.
  case fromLast
  /// i (T - 1) / (s - 1), i = s - 1, ..., 0, with fractions.
  case evenTimesteps
  /// The same, rounded.
  case evenWholeTimesteps
  /// i (T - 1) / s, i = s, ..., 1, rounded.
  case evenIntervals
  /// s of the fifty levels at which a latent consistency model is distilled.
  case distilled
  /// sigma_i = (max^(1/7) + i / (s - 1) * (min^(1/7) - max^(1/7)))^7. Karras et al. (2022), equation 5 with rho 7.
  case karras(singleStep: SingleStep)
  /// sigma_i = exp(log max + i / (s - 1) * (log min - log max)).
  case exponential(singleStep: SingleStep)
  /// Align Your Steps for Stable Diffusion 1.5: ten steps as published; for others the logarithm of sigma is
  /// interpolated between the published ones, and the last of the s + 1 levels is left out, because the last step
  /// ends without noise.
  ///
  /// Source: Sabour et al., "Align Your Steps" (2024) and the authors' instructions for its use.
  case alignYourSteps

  /// Timesteps or sigmas, the noisiest first.
  enum Levels {
    case timesteps([Double])
    case sigmas([Double])
  }

  /// Diffusers' `original_inference_steps`.
  static let distilledCount = 50

  func levels(steps s: Int, _ noise: NoiseSchedule, offset: Int) -> Levels {
    let trainSteps = noise.alphaBars.count
    let (stride, shorter) = (trainSteps / s, trainSteps / (s + 1))
    switch self {
    case .stridesFromOne:
      let timesteps = Swift.stride(from: min(1, trainSteps - 1), to: trainSteps, by: stride)
      return .timesteps(timesteps.reversed().map(Double.init))
    case .multiples: return .timesteps((0..<s).reversed().map { Double(offset + $0 * stride) })
    case .multiplesOfIntervals: return .timesteps((1...s).reversed().map { Double(offset + $0 * shorter) })
    case .fromLast:
      let gap = Double(trainSteps) / Double(s)
      return .timesteps((0..<s).map { halfToEven(Double(trainSteps) - Double($0) * gap) - 1 })
    case .evenTimesteps: return .timesteps(evenlySpaced(s, below: trainSteps))
    case .evenWholeTimesteps: return .timesteps(evenlySpaced(s, below: trainSteps).map(halfToEven))
    case .evenIntervals: return .timesteps(evenlySpaced(s + 1, below: trainSteps).dropLast().map(halfToEven))
    case .distilled:
      let (count, gap) = (Self.distilledCount, max(1, trainSteps / Self.distilledCount))
      return .timesteps((0..<s).map { Double((count - $0 * count / s) * gap - 1) })
    case .karras(let singleStep):
      let (begin, end) = ends(s, singleStep, noise)
      let (first, last) = (pow(begin, 1.0 / 7), pow(end, 1.0 / 7))
      return .sigmas(ramp(s).map { pow(first + $0 * (last - first), 7) })
    case .exponential(let singleStep):
      let (begin, end) = ends(s, singleStep, noise)
      return .sigmas(ramp(s).map { exp(log(begin) + $0 * (log(end) - log(begin))) })
    case .alignYourSteps: return .sigmas(alignedSigmas(s))
    }
  }

  /// The last training step, ..., 0; of one alone, 0. The product can lie a rounding beyond the last.
  private func evenlySpaced(_ count: Int, below trainSteps: Int) -> [Double] {
    let gap = Double(trainSteps - 1) / Double(max(1, count - 1))
    return (0..<count).reversed().map { min(Double($0) * gap, Double(trainSteps - 1)) }
  }

  /// i / (s - 1), i = 0, ..., s - 1.
  private func ramp(_ s: Int) -> [Double] { (0..<s).map { Double($0) / Double(max(1, s - 1)) } }

  /// The sigmas of the noisiest and of the cleanest level.
  private func ends(_ s: Int, _ singleStep: SingleStep, _ noise: NoiseSchedule) -> (
    begin: Double, end: Double
  ) {
    let smallest = sigma(alphaBar: noise.alphaBars[0])
    let largest = sigma(alphaBar: noise.alphaBars[noise.alphaBars.count - 1])
    return (s == 1 && singleStep == .cleanest ? smallest : largest, smallest)
  }

  private func alignedSigmas(_ s: Int) -> [Double] {
    let published = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029].map {
      log($0)
    }
    return (0..<s).map { i in
      let position = Double(i * (published.count - 1)) / Double(s)
      let below = min(Int(position), published.count - 2)
      return exp(published[below] + (position - Double(below)) * (published[below + 1] - published[below]))
    }
  }
}

extension ScheduleEntry.TimestepInput {
  func rounded(_ timestep: Double) -> Double {
    switch self {
    case .exact: timestep
    case .nearest: halfToEven(timestep)
    case .below: max(0, timestep - 1e-4).rounded(.down)
    }
  }
}

func halfToEven(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }
