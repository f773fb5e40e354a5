/// The samplers by the names that people know. Each file begins with its equations.
///
/// | name        | diffusers' scheduler                                             |
/// |-------------|------------------------------------------------------------------|
/// | `ddim`      | `DDIMScheduler`, eta 0                                           |
/// | `euler`     | `EulerDiscreteScheduler`                                         |
/// | `euler-a`   | `EulerAncestralDiscreteScheduler`                                |
/// | `heun`      | `HeunDiscreteScheduler`                                          |
/// | `dpm++2m`   | `DPMSolverMultistepScheduler`                                    |
/// | `dpm++2m-sde` | the same with `algorithm_type="sde-dpmsolver++"`               |
/// | `unipc`     | `UniPCMultistepScheduler`                                        |
/// | `pndm`      | `PNDMScheduler` with `skip_prk_steps=True`                       |
/// | `lms`       | `LMSDiscreteScheduler`                                           |
/// | `lcm`       | `LCMScheduler`                                                   |
/// | `tcd`       | `TCDScheduler`, with `SamplingSchedule.gamma` as its eta         |
public enum SamplerName: String, CaseIterable, Codable, Sendable {
  case ddim, euler
  case eulerAncestral = "euler-a"
  case heun
  case dpmSolver = "dpm++2m"
  case dpmSolverSDE = "dpm++2m-sde"
  case unipc, pndm, lms, lcm, tcd

  var kind: any Sampler.Type {
    switch self {
    case .ddim: DDIM.self
    case .euler: Euler.self
    case .eulerAncestral: EulerAncestral.self
    case .heun: Heun.self
    case .dpmSolver: DPMSolver.self
    case .dpmSolverSDE: DPMSolverSDE.self
    case .unipc: UniPC.self
    case .pndm: PNDM.self
    case .lms: LMS.self
    case .lcm: LCM.self
    case .tcd: TCD.self
    }
  }

  /// What the name means, in a few words.
  public var summary: String { kind.summary }

  /// The schedules that the sampler works with.
  public var schedules: [ScheduleKind] { kind.schedules }

  /// The schedule where none is given.
  public var defaultSchedule: ScheduleKind { kind.family.defaultSchedule }

  /// Whether each step adds noise of its own, so that denoising needs one noise a step.
  public var drawsNoise: Bool { kind.drawsNoise }

  /// - Throws: `ScheduleError` if the sampler makes no sense with a schedule.
  public func require(_ schedule: ScheduleKind) throws(ScheduleError) {
    guard schedules.contains(schedule) else { throw .combination(self, schedule) }
  }
}
