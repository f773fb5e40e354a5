/// Why a number of steps, a schedule or a sampler cannot be used. Its description is the sentence for the user.
public enum ScheduleError: Error, Equatable, CustomStringConvertible {
  /// No steps, or more than the training had.
  case steps(Int, of: Int)
  /// More steps than there are levels at which models for the sampler are distilled.
  case distilledSteps(Int, of: Int, SamplerName)
  /// The schedule would visit a noise level that the training did not have.
  case timestep(Int, of: Int, steps: Int, offset: Int)
  /// The schedule would visit a noise level twice.
  case repeatedLevel(steps: Int, SamplerName, ScheduleKind)
  /// The sampler makes no sense with the schedule.
  case combination(SamplerName, ScheduleKind)

  public var description: String {
    switch self {
    case .steps(let steps, let trainSteps):
      "\(steps) steps are not possible with this model; choose 1 to \(trainSteps)."
    case .distilledSteps(let steps, let limit, let sampler):
      "\(steps) steps are not possible with the sampler \(sampler.rawValue); choose 1 to \(limit)."
    case .timestep(let timestep, let trainSteps, let steps, let offset):
      """
      \(steps) steps with the model's offset of \(offset) need the noise level \(timestep), but the model was \
      trained with 0 to \(trainSteps - 1); choose fewer steps or another schedule.
      """
    case .repeatedLevel(let steps, let sampler, let schedule):
      """
      \(steps) steps of the sampler \(sampler.rawValue) would visit a noise level of the schedule \
      \(schedule.rawValue) twice; choose fewer steps or another schedule.
      """
    case .combination(let sampler, let schedule):
      """
      The sampler \(sampler.rawValue) does not work with the schedule \(schedule.rawValue); choose \
      \(sampler.schedules.map(\.rawValue).joined(separator: " or ")) as the schedule.
      """
    }
  }
}
