import Glibc

/// How much noise a model was trained with at each timestep.
///
/// Training mixed a picture x0 with noise: x = sqrt(abar) * x0 + sqrt(1 - abar) * noise. `alphaBars[t]` is
/// abar at timestep t: almost one at t = 0, where the picture is nearly clean, almost zero at the last, where
/// it is nearly noise.
///
///     beta_j = start + (end - start) * j / (T - 1)                          linear
///     beta_j = (sqrt(start) + (sqrt(end) - sqrt(start)) * j / (T - 1))^2    scaled linear
///     abar_t = product over j <= t of (1 - beta_j)
///
/// Source: Ho et al., "Denoising Diffusion Probabilistic Models" (2020), equation 4; scaled linear is Stable
/// Diffusion's.
///
///     let noise = NoiseSchedule(betaStart: 0.00085, betaEnd: 0.012, kind: .scaledLinear, trainSteps: 1000)
public struct NoiseSchedule: Sendable, Hashable {
  /// The curve of the betas, under the name that a scheduler's `beta_schedule` gives it.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    case linear
    case scaledLinear = "scaled_linear"
  }

  /// abar_t for t = 0, 1, ..., trainSteps - 1: the share of the picture's variance that is left.
  public let alphaBars: [Double]

  public init(betaStart: Double, betaEnd: Double, kind: Kind, trainSteps: Int) {
    precondition(trainSteps > 0, "A model was trained with at least one noise level, not \(trainSteps).")
    precondition(0 <= betaStart && betaStart < 1 && 0 <= betaEnd && betaEnd < 1, "A beta lies in 0..<1.")
    let isScaled = kind == .scaledLinear
    let start = isScaled ? betaStart.squareRoot() : betaStart
    let end = isScaled ? betaEnd.squareRoot() : betaEnd
    var alphaBars: [Double] = []
    var product = 1.0
    for j in 0..<trainSteps {
      let position = start + (end - start) * Double(j) / Double(max(1, trainSteps - 1))
      product *= 1 - (isScaled ? position * position : position)
      alphaBars.append(product)
    }
    self.alphaBars = alphaBars
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
