import Glibc

/// Schedules that are made of sigmas, the noise beside a picture of strength one.
extension ScheduleKind {
  /// The sigmas of `karras`, `exponential` and `ays`, the noisiest first; nil for schedules of timesteps.
  ///
  ///     karras        sigma_i = (max^(1/7) + i / (s - 1) * (min^(1/7) - max^(1/7)))^7,  i = 0, ..., s - 1
  ///     exponential   sigma_i = exp(log max + i / (s - 1) * (log min - log max))
  ///
  /// Source: Karras et al. (2022), equation 5 with rho 7. As in diffusers, a single step begins at the cleanest level,
  /// but for the samplers that divide the way into intervals.
  func sigmas(steps s: Int, _ spacing: LevelSpacing, _ noise: NoiseSchedule) -> [Double]? {
    let smallest = sigma(alphaBar: noise.alphaBars[0])
    let largest = sigma(alphaBar: noise.alphaBars[noise.alphaBars.count - 1])
    let begin = s == 1 && spacing != .intervals ? smallest : largest
    let ramp = (0..<s).map { Double($0) / Double(max(1, s - 1)) }
    switch self {
    case .karras:
      let (first, last) = (pow(begin, 1.0 / 7), pow(smallest, 1.0 / 7))
      return ramp.map { pow(first + $0 * (last - first), 7) }
    case .exponential:
      return ramp.map { exp(log(begin) + $0 * (log(smallest) - log(begin))) }
    case .ays: return alignedSigmas(steps: s)
    case .keras, .keras09, .leading, .trailing, .linspace: return nil
    }
  }

  /// Align Your Steps for Stable Diffusion 1.5: ten steps as published; for others the logarithm of sigma is interpolated over
  /// the way, and the last of the s + 1 levels is left out, because the last step ends without noise.
  ///
  /// Source: Sabour et al., "Align Your Steps" (2024) and the authors' instructions for its use.
  private func alignedSigmas(steps s: Int) -> [Double] {
    let published = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029].map {
      log($0)
    }
    return (0..<s).map { i in
      let place = Double(i * (published.count - 1)) / Double(s)
      return exp(interpolated(published, at: place))
    }
  }

  /// What the network is told of a timestep between two of the training's. diffusers rounds it for the samplers that divide
  /// the way into intervals with `karras`, and cuts off its fraction with `exponential`; logarithms in single precision
  /// have left the noisiest level just below its whole number there, which is why a little is taken away here.
  func timestepInput(_ timestep: Double, _ spacing: LevelSpacing) -> Double {
    guard spacing == .intervals else { return timestep }
    return switch self {
    case .karras: halfToEven(timestep)
    case .exponential: max(0, timestep - 1e-4).rounded(.down)
    default: timestep
    }
  }
}

extension NoiseSchedule {
  /// abar at a timestep; between two of the training's, sigma is interpolated.
  func alphaBar(timestep: Double) -> Double {
    let below = Int(timestep)
    guard timestep != Double(below) else { return alphaBars[below] }
    let (low, high) = (sigma(alphaBar: alphaBars[below]), sigma(alphaBar: alphaBars[below + 1]))
    return Sampling.alphaBar(sigma: low + (timestep - Double(below)) * (high - low))
  }

  /// The timestep of a sigma; between two of the training's, log sigma is interpolated. Beyond them, the nearest.
  func timestep(sigma: Double) -> Double {
    let logarithms = alphaBars.map { log(Sampling.sigma(alphaBar: $0)) }
    let wanted = log(sigma)
    guard let above = logarithms.firstIndex(where: { $0 >= wanted }) else {
      return Double(alphaBars.count - 1)
    }
    guard above > 0 else { return 0 }
    let (low, high) = (logarithms[above - 1], logarithms[above])
    return Double(above - 1) + (wanted - low) / (high - low)
  }
}

/// The value at a place between numbers, on the straight line between its neighbours.
private func interpolated(_ values: [Double], at place: Double) -> Double {
  let below = min(Int(place), values.count - 2)
  return values[below] + (place - Double(below)) * (values[below + 1] - values[below])
}
