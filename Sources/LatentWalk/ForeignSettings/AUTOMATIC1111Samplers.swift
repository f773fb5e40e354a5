import Sampling

/// AUTOMATIC1111's samplers and schedule types in LatentWalk's names.
///
/// Source: `modules/sd_samplers_kdiffusion.py`, `sd_samplers_timesteps.py` and `sd_schedulers.py`.
enum AUTOMATIC1111Samplers {
  /// A sampler, and the noise levels that it has where no others are chosen.
  typealias Entry = (match: SamplerMatch, automatic: KDiffusionSchedule)

  private static let skipsLastStep = ["takes a step at the cleanest level, too"]

  /// By names without a schedule type, in lower case. DDIM, PLMS and UniPC have noise levels of their own.
  private static var table: [String: Entry] {
    [
      "euler": (SamplerMatch(sampler: .euler), .normal),
      "euler a": (SamplerMatch(sampler: .eulerAncestral), .normal),
      "heun": (SamplerMatch(sampler: .heun), .normal),
      "lms": (SamplerMatch(sampler: .lms), .normal),
      "dpm++ 2m": (SamplerMatch(sampler: .dpmSolver), .karras),
      "dpm++ 2m sde": (
        SamplerMatch(
          sampler: .dpmSolverSDE, differences: ["adds noise of its own random numbers in the steps"]),
        .exponential
      ),
      "ddim": (SamplerMatch(sampler: .ddim, differences: skipsLastStep), .ddimUniform),
      "plms": (SamplerMatch(sampler: .pndm, differences: skipsLastStep), .ddimUniform),
      "unipc": (SamplerMatch(sampler: .unipc, differences: ["has another variant of UniPC"]), .sgmUniform),
      "lcm": (SamplerMatch(sampler: .lcm), .normal),
    ]
  }

  private static let types: [String: KDiffusionSchedule] = [
    "uniform": .normal, "normal": .normal, "karras": .karras, "exponential": .exponential,
    // With the usual rho of 1.
    "polyexponential": .exponential, "sgm uniform": .sgmUniform, "sgmuniform": .sgmUniform, "simple": .simple,
    "ddim": .ddimUniform, "align your steps": .alignYourSteps(leavesOutLast: false),
  ]

  /// Those whose noise levels are timesteps and cannot be chosen. They begin with all of the noise.
  static func hasOwnLevels(_ sampler: SamplerName) -> Bool { [.ddim, .pndm, .unipc].contains(sampler) }

  /// The sampler and its noise levels; nil for what LatentWalk does not have.
  /// - Parameters:
  ///   - name: up to version 1.8 with the schedule type behind it, as in "DPM++ 2M Karras".
  ///   - type: from version 1.9 on. Without it, levels are even in the timestep.
  static func find(_ name: String, type: String?) -> (match: SamplerMatch?, levels: KDiffusionSchedule?) {
    var (name, type) = (name.lowercased(), type?.lowercased())
    if type == nil, let last = name.split(separator: " ").last, types[String(last)] != nil, table[name] == nil
    {
      (name, type) = (String(name.dropLast(last.count + 1)), String(last))
    }
    guard let entry = table[name] else { return (nil, nil) }
    if hasOwnLevels(entry.match.sampler) { return (entry.match, entry.automatic) }
    return switch type {
    case nil: (entry.match, .normal)
    case "automatic": (entry.match, entry.automatic)
    case let type?: (entry.match, types[type])
    }
  }
}
