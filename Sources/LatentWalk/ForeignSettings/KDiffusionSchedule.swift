import Sampling

/// A sequence of noise levels as both programs make them, and which of LatentWalk's schedules visits the same levels.
///
/// Exact is: | euler, euler-a, heun, lms | dpm++2m, dpm++2m-sde, unipc | ddim
/// ----------|---------------------------|-----------------------------|------------------
/// normal    | linspace                  | - (keras-0.9: rounded)      | - (keras-0.9: rounded)
/// karras    | karras                    | karras                      | karras
/// exponential | exponential             | exponential                 | exponential
/// SGM       | - (trailing)              | - (linspace: rounded)       | - (trailing)
/// simple    | trailing, where the number of steps divides 1000
/// DDIM      | keras                     | keras                       | keras
/// AYS       | ays                       | ays                         | ays
enum KDiffusionSchedule {
  case normal, karras, exponential, sgmUniform, simple, ddimUniform
  /// - Parameter endsBelow: whether the last of the published levels is left out, as the authors do it.
  case alignYourSteps(leavesOutLast: Bool)

  /// LatentWalk's schedule, and how it differs, as what LatentWalk does.
  func schedule(for sampler: SamplerName, steps: Int?) -> (kind: ScheduleKind, differences: [String]) {
    let rounds = ["rounds the noise levels to whole timesteps"]
    let nearby = ["visits noise levels that differ a little"]
    // Levels of its own for LCM; no others for PNDM than these.
    if sampler == .lcm {
      return (.trailing, ["visits the noise levels at which latent consistency models are distilled"])
    }
    let isContinuous = [.euler, .eulerAncestral, .heun, .lms].contains(sampler)
    let isOfIntervals = [.dpmSolver, .dpmSolverSDE, .unipc].contains(sampler)
    let match: (kind: ScheduleKind, differences: [String]) =
      switch self {
      case .normal: isContinuous ? (.linspace, []) : (.keras09, rounds)
      case .karras: (.karras, [])
      case .exponential: (.exponential, [])
      case .sgmUniform: isOfIntervals ? (.linspace, rounds) : (.trailing, nearby)
      case .simple: (.trailing, steps.map { $0 > 0 && 1000 % $0 == 0 } == true ? [] : nearby)
      case .ddimUniform: (.keras, [])
      case .alignYourSteps(let leavesOutLast): (.ays, leavesOutLast ? [] : nearby)
      }
    return sampler.schedules.contains(match.kind) ? match : (.keras09, ["visits other noise levels"])
  }
}

/// One of LatentWalk's samplers for one of another program's, with the differences, as what LatentWalk does.
struct SamplerMatch {
  let sampler: SamplerName
  var differences: [String] = []

  /// Samplers that begin as the network was trained, with sqrt(1 - abar) of the noise; the others begin with all of it.
  func beginsBelowOne(with schedule: ScheduleKind) -> Bool {
    [.euler, .eulerAncestral, .heun, .lms].contains(sampler)
      && ![.keras, .keras09, .leading].contains(schedule)
  }
}

extension ForeignSettings {
  /// Takes a sampler and its noise levels over, with a sentence if they differ.
  /// - Parameters:
  ///   - names: those of the other program.
  ///   - beginsBelowOne: whether the other program begins with sqrt(1 - abar) of the noise instead of all of it.
  mutating func take(
    _ match: SamplerMatch, _ levels: KDiffusionSchedule, named names: String, beginsBelowOne: Bool,
    networkSeesFractions: Bool
  ) {
    let (kind, differences) = levels.schedule(for: match.sampler, steps: steps)
    var all = match.differences + differences
    let isFractional = [.karras, .exponential, .ays].contains(kind) || kind == .linspace
    let fractionsHere = [.euler, .eulerAncestral, .heun, .lms, .ddim].contains(match.sampler)
    if isFractional, differences.isEmpty, fractionsHere != networkSeesFractions {
      all.append(
        networkSeesFractions
          ? "gives the network whole timesteps" : "gives the network timesteps with fractions")
    }
    if start == nil, match.sampler != .lcm, match.beginsBelowOne(with: kind) != beginsBelowOne {
      all.append("begins with 0.2 % \(beginsBelowOne ? "more" : "less") noise")
    }
    (sampler, schedule) = (match.sampler, kind)
    if !all.isEmpty {
      note("With \(names) the picture differs a little: LatentWalk \(all.joined(separator: " and ")).")
    }
  }
}
