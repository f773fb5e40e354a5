import Tensors

/// One amount of noise: the timestep that the network is given, and abar, the share of the picture in it.
public struct NoiseLevel: Sendable, Hashable {
  /// Counts from 0, the cleanest level of the training; between two of the training's levels, a fraction.
  public let timestep: Double
  /// abar: noisy latents are sqrt(abar) * x0 + sqrt(1 - abar) * noise.
  public let alphaBar: Double

  public init(timestep: Double, alphaBar: Double) {
    self.timestep = timestep
    self.alphaBar = alphaBar
  }

  /// The noise beside a picture of strength one: noisy latents are sqrt(abar) * (x0 + sigma * noise).
  public var sigma: Double { Sampling.sigma(alphaBar: alphaBar) }
}

/// sigma = sqrt((1 - abar) / abar), 0 without noise.
func sigma(alphaBar: Double) -> Double { ((1 - alphaBar) / alphaBar).squareRoot() }

/// abar = 1 / (sigma^2 + 1)
func alphaBar(sigma: Double) -> Double { 1 / (sigma * sigma + 1) }

/// The noise levels that a sampler passes through, from the noisiest to the cleanest, and where each step ends.
public struct SamplingSchedule: Sendable, Hashable {
  /// From the noisiest to the cleanest; a step begins at each. Empty for a start picture with strength 0.
  public let levels: [NoiseLevel]
  /// The sampler that takes the steps.
  public let sampler: SamplerName
  /// What noise of variance one is multiplied by before the first step. The network was trained with
  /// sqrt(1 - abar) times such noise; some of diffusers' schedulers begin with that, others with all of it.
  public let noiseScale: Double
  private let alphaBarsAfter: [Double]

  /// - Parameter finalAlphaBar: abar of the result, after the last level: 1 is free of noise.
  public init(
    _ levels: [NoiseLevel], finalAlphaBar: Double, sampler: SamplerName = .ddim, noiseScale: Double = 1
  ) {
    let ends = levels.dropFirst().map(\.alphaBar) + [finalAlphaBar]
    self.init(levels, alphaBarsAfter: ends.suffix(levels.count), sampler: sampler, noiseScale: noiseScale)
  }

  init(_ levels: [NoiseLevel], alphaBarsAfter: [Double], sampler: SamplerName, noiseScale: Double = 1) {
    precondition(levels.count == alphaBarsAfter.count, "Each step ends somewhere.")
    self.levels = levels
    self.alphaBarsAfter = alphaBarsAfter
    self.sampler = sampler
    self.noiseScale = noiseScale
  }

  /// How many steps there are.
  public var count: Int { levels.count }

  /// abar of the result: 1 is free of noise, as what takes no step is.
  public var finalAlphaBar: Double { alphaBarsAfter.last ?? 1 }

  /// The last levels, for latents that have their noise already: the noise is not scaled.
  func suffix(_ count: Int) -> SamplingSchedule {
    SamplingSchedule(levels.suffix(count), alphaBarsAfter: alphaBarsAfter.suffix(count), sampler: sampler)
  }

  /// abar of the latents that the step at `levels[index]` leaves behind.
  public func alphaBar(after index: Int) -> Double { alphaBarsAfter[index] }

  /// How often the denoiser is evaluated in the first `steps` steps.
  public func evaluations(after steps: Int) -> Int { sampler.kind.evaluations(after: steps, of: count) }
}

/// Starting from a picture: noise is added to it, and it is denoised from that level on.
///
/// Meng et al., "SDEdit" (arXiv 2108.01073), with the steps that diffusers' `StableDiffusionImg2ImgPipeline` leaves
/// out.
extension SamplingSchedule {
  /// The last int(count * strength) levels.
  /// - Parameter strength: 0 ... 1; from 1, which takes all levels, to 0, which takes none.
  public func startingAt(strength: Double) -> SamplingSchedule {
    precondition(0...1 ~= strength, "A strength lies in 0 ... 1.")
    return suffix(Int(Double(count) * strength))
  }

  /// Denoised latents with as much noise as the first level has: sqrt(abar) * x0 + sqrt(1 - abar) * noise.
  public func noised(_ denoised: Tensor, with noise: Tensor) -> Tensor {
    guard let alphaBar = levels.first?.alphaBar else { return denoised }
    return mix(Float(alphaBar.squareRoot()), denoised, Float((1 - alphaBar).squareRoot()), noise)
  }
}
