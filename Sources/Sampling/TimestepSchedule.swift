/// Which of a model's noise levels are visited when a result is made in fewer steps than the training had.
///
/// With T training steps, s steps asked for and k = T / s rounded down:
///
/// | name        | timesteps, from the cleanest                          | ends at                      |
/// |-------------|-------------------------------------------------------|------------------------------|
/// | `keras`     | 1, 1 + k, 1 + 2k, ... below T                         | abar 1                       |
/// | `keras-0.9` | i (T - 1) / (s - 1), half to even, i = 0, ..., s - 1  | abar 1                       |
/// | `leading`   | o, o + k, ..., o + (s - 1) k with the offset o        | abar at o - k, or below 0 the final abar |
///
/// Sources: keras_cv 0.3.4 to 0.8.1; keras_cv 0.8.2 and later; diffusers' `DDIMScheduler` with
/// `timestep_spacing="leading"`. `keras` can visit more or fewer levels than were asked for: 30 steps give
/// 31, 64 give 67, 1000 give 999.
public enum TimestepSchedule: String, CaseIterable, Codable, Sendable {
  case keras
  case keras09 = "keras-0.9"
  case leading

  /// The levels to visit, from the noisiest to the cleanest.
  ///
  /// - Parameters:
  ///   - steps: how many are asked for, 1 to the number of training steps.
  ///   - stepsOffset: `steps_offset` of the model's scheduler; only `leading` has one.
  ///   - finalAlphaBar: abar of the result; only `leading` lets the model choose it. `set_alpha_to_one: false` in a
  ///     scheduler's configuration means `noise.alphaBars[0]`.
  public func levels(
    steps: Int, noise: NoiseSchedule, stepsOffset: Int = 0, finalAlphaBar: Double = 1
  ) throws(ScheduleError) -> NoiseLevels {
    let alphaBars = noise.alphaBars
    let trainSteps = alphaBars.count
    guard 1...trainSteps ~= steps else { throw .steps(steps, of: trainSteps) }
    let stride = trainSteps / steps

    let timesteps =
      switch self {
      case .keras: Array(Swift.stride(from: min(1, trainSteps - 1), to: trainSteps, by: stride))
      case .keras09: evenlySpaced(steps, below: trainSteps)
      case .leading: (0..<steps).map { stepsOffset + $0 * stride }
      }
    if let outside = timesteps.last(where: { !alphaBars.indices.contains($0) }) {
      throw .timestep(outside, of: trainSteps, steps: steps, offset: stepsOffset)
    }
    let levels = timesteps.reversed().map { NoiseLevel(timestep: $0, alphaBar: alphaBars[$0]) }

    guard self == .leading else { return NoiseLevels(levels, finalAlphaBar: 1) }
    // diffusers looks one stride below the cleanest level, which an offset can leave inside the training.
    let below = stepsOffset - stride
    return NoiseLevels(levels, finalAlphaBar: below >= 0 ? alphaBars[below] : finalAlphaBar)
  }

  private func evenlySpaced(_ steps: Int, below trainSteps: Int) -> [Int] {
    let gap = Double(trainSteps - 1) / Double(max(1, steps - 1))
    return (0..<steps).map { Int((Double($0) * gap).rounded(.toNearestOrEven)) }
  }
}

/// Why a number of steps cannot be used with a model.
public enum ScheduleError: Error, Equatable, CustomStringConvertible {
  /// No steps, or more than the training had.
  case steps(Int, of: Int)
  /// The schedule would visit a noise level that the training did not have.
  case timestep(Int, of: Int, steps: Int, offset: Int)

  public var description: String {
    switch self {
    case .steps(let steps, let trainSteps):
      "\(steps) steps are not possible with this model; choose 1 to \(trainSteps)."
    case .timestep(let timestep, let trainSteps, let steps, let offset):
      """
      \(steps) steps with the model's offset of \(offset) need the noise level \(timestep), but the model knows \
      0 to \(trainSteps - 1); choose fewer steps or another schedule.
      """
    }
  }
}
