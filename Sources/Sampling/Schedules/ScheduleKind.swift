/// Which of a model's noise levels are visited when a result is made in fewer steps than the training had.
///
/// With T training steps, s requested steps and k = T / s rounded down, from the noisiest level to the cleanest:
///
/// | name          | levels                                                                                        |
/// |---------------|-----------------------------------------------------------------------------------------------|
/// | `keras`       | timesteps ..., 1 + 2k, 1 + k, 1 below T; keras_cv 0.3.4 to 0.8.1                              |
/// | `keras-0.9`   | i (T - 1) / (s - 1), half to even, i = s - 1, ..., 0; keras_cv 0.8.2 and later                |
/// | `leading`     | o + (s - 1) k, ..., o + k, o with the model's offset o; diffusers' `timestep_spacing="leading"` |
/// | `trailing`    | T - i T / s - 1, i = 0, ..., s - 1; `timestep_spacing="trailing"`                             |
/// | `linspace`    | evenly from T - 1 to 0; `timestep_spacing="linspace"`                                         |
/// | `karras`      | sigma^(1/7) evenly; Karras et al. (2022), equation 5                                          |
/// | `exponential` | log sigma evenly                                                                              |
/// | `ays`         | the levels of Align Your Steps for Stable Diffusion 1.x                                       |
///
/// The same name means other levels for other samplers, as in diffusers: `ScheduleTable.swift` has the table. `keras`
/// can visit more or fewer levels than requested: 30 steps give 31, 64 give 67, 1000 give 999.
public enum ScheduleKind: String, CaseIterable, Codable, Sendable {
  case keras
  case keras09 = "keras-0.9"
  case leading, trailing, linspace, karras, exponential, ays

  /// What the name means, in a few words.
  public var summary: String {
    switch self {
    case .keras: "the Keras example's timesteps 1, 1 + k, 1 + 2k, ..."
    case .keras09: "those of keras_cv 0.8.2 and later: evenly from the noisiest to the cleanest"
    case .leading: "diffusers' leading: multiples of k, and the model's offset"
    case .trailing: "diffusers' trailing: from the noisiest in even steps; with lcm and tcd, their own levels"
    case .linspace: "diffusers' linspace: evenly from the noisiest to the cleanest"
    case .karras: "Karras et al.: even in the seventh root of sigma"
    case .exponential: "even in the logarithm of sigma"
    case .ays: "Align Your Steps, for Stable Diffusion 1.x and about 10 steps"
    }
  }

  /// The schedule of a sampler.
  ///
  /// - Parameters:
  ///   - steps: the requested number, 1 to the number of training steps.
  ///   - stepsOffset: `steps_offset` of the model's scheduler; only `leading` has one.
  ///   - finalAlphaBar: abar of the result; only DDIM and PNDM with diffusers' schedules let the model choose it.
  ///     `set_alpha_to_one: false` in a scheduler's configuration means `noise.alphaBars[0]`.
  /// - Throws: `ScheduleError` if the sampler, the steps and the training do not go together.
  public func schedule(
    steps: Int, sampler: SamplerName = .ddim, noise: NoiseSchedule, stepsOffset: Int = 0,
    finalAlphaBar: Double = 1
  ) throws(ScheduleError) -> SamplingSchedule {
    let trainSteps = noise.alphaBars.count
    guard 1...trainSteps ~= steps else { throw .steps(steps, of: trainSteps) }
    try sampler.require(self)
    guard let entry = entry(for: sampler.kind.family) else { throw .combination(sampler, self) }
    if case .distilled = entry.levels, steps > LevelRule.distilledCount {
      throw .distilledSteps(steps, of: LevelRule.distilledCount, sampler)
    }
    let levels = try levels(of: entry, steps: steps, noise, offset: stepsOffset)
    guard zip(levels, levels.dropFirst()).allSatisfy({ $0.alphaBar < $1.alphaBar }) else {
      throw .repeatedLevel(steps: steps, sampler, self)
    }
    let ends: [Double] =
      switch entry.stepEnd {
      case .nextLevel: levels.dropFirst().map(\.alphaBar) + [1]
      case .stride:
        levels.map { level in
          let end = Int(level.timestep) - trainSteps / steps
          return end >= 0 ? noise.alphaBars[end] : finalAlphaBar
        }
      case .nextLevelOrCleanest: levels.dropFirst().map(\.alphaBar) + [noise.alphaBars[0]]
      }
    let noiseScale = entry.noiseScale == .training ? (1 - levels[0].alphaBar).squareRoot() : 1
    var schedule = SamplingSchedule(levels, alphaBarsAfter: ends, sampler: sampler, noiseScale: noiseScale)
    schedule.training = noise
    return schedule
  }

  private func levels(
    of entry: ScheduleEntry, steps: Int, _ noise: NoiseSchedule, offset: Int
  ) throws(ScheduleError) -> [NoiseLevel] {
    let last = noise.alphaBars.count - 1
    switch entry.levels.levels(steps: steps, noise, offset: offset) {
    case .timesteps(let timesteps):
      if let outside = timesteps.first(where: { !(0...Double(last) ~= $0) }) {
        throw .timestep(Int(outside), of: last + 1, steps: steps, offset: offset)
      }
      return timesteps.map { NoiseLevel(timestep: $0, alphaBar: noise.alphaBar(timestep: $0)) }
    case .sigmas(let sigmas):
      return sigmas.map { sigma in
        let timestep = entry.timestepInput.rounded(noise.timestep(sigma: sigma))
        return NoiseLevel(timestep: timestep, alphaBar: alphaBar(sigma: sigma))
      }
    }
  }
}
