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
///
/// Step I, counted from 0, begins at `levels[I]` with the latents x_I and ends with x_(I + 1): x_0 is `noiseScale` times
/// the initial noise, x_(I + 1) is what `DenoisingStep.latents` holds after step I, and x_count is the result.
public struct SamplingSchedule: Sendable, Hashable {
  /// From the noisiest to the cleanest; a step begins at each. Empty for a start picture with strength 0.
  public private(set) var levels: [NoiseLevel]
  /// The sampler that takes the steps.
  public let sampler: SamplerName
  /// What noise of variance one is multiplied by before the first step. The network was trained with
  /// sqrt(1 - abar) times such noise; some of diffusers' schedulers begin with that, others with all of it.
  public private(set) var noiseScale: Double
  /// The gamma of the sampler `tcd`, 0 ... 1; other samplers ignore it. 0 adds no noise, 1 replaces all noise in each
  /// step.
  public var gamma = 0.3 {
    didSet { precondition(0...1 ~= gamma, "The gamma of tcd lies in 0 ... 1.") }
  }
  /// The noise of the training, for samplers that visit levels of it between those of the schedule.
  var training: NoiseSchedule?
  private var alphaBarsAfter: [Double]

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

  /// abar of the latents that the step at `levels[index]` leaves behind.
  public func alphaBar(after index: Int) -> Double { alphaBarsAfter[index] }

  /// How often the denoiser is evaluated in the first `steps` steps.
  public func evaluations(after steps: Int) -> Int { sampler.kind.evaluations(after: steps, of: count) }
}

/// Beginning at a later step.
extension SamplingSchedule {
  /// The steps from one on, for latents x_step that have their noise already: `noiseScale` is 1.
  ///
  ///     let model = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"))
  ///     let encoder = try model.promptEncoder()
  ///     let (dog, cat) = (encoder("a dog").conditioning, encoder("a cat").conditioning)
  ///     let schedule = try model.schedule(steps: 25, kind: .keras)
  ///     let noise = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
  ///     func guidance(_ prompt: Conditioning) -> Guidance {
  ///       Guidance(conditional: prompt, unconditional: encoder("").conditioning, scale: 7.5)
  ///     }
  ///     // Ten steps with one prompt, fifteen with another.
  ///     var shared = try model.denoising(noise, guidedBy: guidance(dog), through: schedule)
  ///     while let step = shared.next(), step.index < 9 {}
  ///     var latents = shared.latents                                       // x_10
  ///     let rest = schedule.suffix(from: 10)
  ///     for step in try model.denoising(latents, guidedBy: guidance(cat), through: rest) { latents = step.latents }
  ///
  /// Samplers that use only the current step (`ddim`, `euler`, `euler-a`, `heun`, `lcm`, `tcd`) take the same steps as
  /// without the interruption, and those that add noise need the noises of the steps that are left. Multistep samplers
  /// (`dpm++2m`, `dpm++2m-sde`, `unipc`, `pndm`, `lms`) begin anew, as at their first step.
  /// - Parameter step: 0 ... count; `count` leaves no step.
  public func suffix(from step: Int) -> SamplingSchedule {
    precondition(0...count ~= step, "Of \(count) steps, none is step \(step).")
    var rest = self
    rest.levels.removeFirst(step)
    rest.alphaBarsAfter.removeFirst(step)
    rest.noiseScale = 1
    return rest
  }
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
    return suffix(from: count - Int(Double(count) * strength))
  }

  /// Denoised latents with as much noise as the first level has: sqrt(abar) * x0 + sqrt(1 - abar) * noise.
  public func noised(_ denoised: Tensor, with noise: Tensor) -> Tensor {
    guard let alphaBar = levels.first?.alphaBar else { return denoised }
    return mix(Float(alphaBar.squareRoot()), denoised, Float((1 - alphaBar).squareRoot()), noise)
  }
}

/// Looking at latents that are still noisy.
extension SamplingSchedule {
  /// Latents x_step as an autoencoder can show them: brought to the variance of denoised latents, and their noise left
  /// in.
  ///
  ///     x_step * sqrt(v / (abar v + 1 - abar))
  ///
  /// This is what people show of the way out of noise: the decoded latents themselves, from coloured noise to the
  /// picture, where `DenoisingStep.estimate` shows a blurred picture that becomes sharp. x_step / sqrt(abar), which has
  /// the picture at its full strength, is far outside of what a decoder was trained with: at the first levels fifteen
  /// times as strong. With v = 1, for which the autoencoders of Stable Diffusion are scaled (Rombach et al., arXiv
  /// 2112.10752, appendix G), nothing changes. The bundled model's latents have 0.6 for photographs and 1.0 for the
  /// kind of pictures that it makes. The result always stays as it is.
  /// - Parameters:
  ///   - step: how many steps have been taken, 0 ... count.
  ///   - variance: v, of the denoised latents.
  public func displayed(_ latents: Tensor, afterSteps step: Int, variance: Double = 1) -> Tensor {
    let abar = step == 0 ? levels.first?.alphaBar ?? 1 : alphaBar(after: step - 1)
    let factor = Float((variance / (abar * variance + 1 - abar)).squareRoot())
    return factor == 1 ? latents : factor * latents
  }
}
