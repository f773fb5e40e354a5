/// At how many levels a latent consistency model is distilled: diffusers' `original_inference_steps`.
let distilledLevels = 50

extension ScheduleKind {
  /// The timesteps of the schedules that are made of timesteps, the noisiest first.
  func timesteps(steps s: Int, _ spacing: LevelSpacing, of trainSteps: Int, offset: Int) -> [Double] {
    let stride = trainSteps / s
    switch self {
    case .keras:
      return Swift.stride(from: min(1, trainSteps - 1), to: trainSteps, by: stride).reversed().map(
        Double.init)
    case .leading where spacing == .intervals:
      let shorter = trainSteps / (s + 1)
      return (1...s).reversed().map { Double(offset + $0 * shorter) }
    case .leading:
      return (0..<s).reversed().map { Double(offset + $0 * stride) }
    case .trailing where spacing == .distilled:
      let gap = max(1, trainSteps / distilledLevels)
      return (0..<s).map { Double((distilledLevels - $0 * distilledLevels / s) * gap - 1) }
    case .trailing:
      let gap = Double(trainSteps) / Double(s)
      return (0..<s).map { halfToEven(Double(trainSteps) - Double($0) * gap) - 1 }
    case .linspace where spacing == .continuous:
      return evenlySpaced(s, below: trainSteps)
    case .linspace where spacing == .intervals:
      return evenlySpaced(s + 1, below: trainSteps).dropLast().map(halfToEven)
    case .keras09, .linspace, .karras, .exponential, .ays:
      return evenlySpaced(s, below: trainSteps).map(halfToEven)
    }
  }

  /// The last training step, ..., 0; of one alone, 0. The product can lie a rounding beyond the last.
  private func evenlySpaced(_ count: Int, below trainSteps: Int) -> [Double] {
    let gap = Double(trainSteps - 1) / Double(max(1, count - 1))
    return (0..<count).reversed().map { min(Double($0) * gap, Double(trainSteps - 1)) }
  }
}

func halfToEven(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }
