import Sampling

/// ComfyUI's samplers and schedulers in LatentWalk's names.
///
/// Source: `comfy/samplers.py` and `comfy/k_diffusion/sampling.py`.
enum ComfySamplers {
  private static let otherNoise = ["adds noise of its own random numbers in the steps"]

  static func sampler(_ name: String) -> SamplerMatch? {
    switch name {
    case "euler": SamplerMatch(sampler: .euler)
    case "euler_ancestral": SamplerMatch(sampler: .eulerAncestral, differences: otherNoise)
    case "heun": SamplerMatch(sampler: .heun)
    case "lms": SamplerMatch(sampler: .lms)
    case "dpmpp_2m": SamplerMatch(sampler: .dpmSolver)
    case "dpmpp_2m_sde", "dpmpp_2m_sde_gpu": SamplerMatch(sampler: .dpmSolverSDE, differences: otherNoise)
    case "ddim": SamplerMatch(sampler: .ddim)
    case "uni_pc", "uni_pc_bh2": SamplerMatch(sampler: .unipc, differences: ["has another variant of UniPC"])
    case "lcm": SamplerMatch(sampler: .lcm, differences: otherNoise)
    default: nil
    }
  }

  static func levels(_ scheduler: String) -> KDiffusionSchedule? {
    switch scheduler {
    case "normal": .normal
    case "karras": .karras
    case "exponential": .exponential
    case "sgm_uniform": .sgmUniform
    case "simple": .simple
    case "ddim_uniform": .ddimUniform
    default: nil
    }
  }
}
