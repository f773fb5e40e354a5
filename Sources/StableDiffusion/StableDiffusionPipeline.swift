import Checkpoints
import Sampling
import Tensors

/// A loaded Stable Diffusion model: prompts and noise in, pictures out.
///
///     let pipeline = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"))
///     let encoder = try pipeline.promptEncoder()
///     let guidance = Guidance(
///       conditional: encoder("a dog").conditioning, unconditional: encoder("").conditioning, scale: 7.5)
///     let schedule = try pipeline.schedule(steps: 25, kind: .keras)
///     var latents = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
///     for step in try pipeline.denoising(latents, guidedBy: guidance, through: schedule) {
///       latents = step.latents
///     }
///     let pixels = pipeline.pixels(latents)      // [1, 512, 512, 3], 0 ... 255
///
/// Loading takes a second for each gigabyte. Networks can be unloaded to free memory; their files stay open, and the
/// next use loads them again, which throws if the files have changed.
public struct StableDiffusionPipeline: Sendable {
  /// The networks that can be unloaded.
  public enum Component: Sendable {
    case promptEncoder, unet
  }

  public let description: ModelDescription
  public let autoencoder: Autoencoder
  private let unknownTensors: [String]
  private let textWeights: Weights
  private let unetWeights: Weights
  private let encoder: Unloadable<PromptEncoder>
  private let denoiser: Unloadable<UNet>

  /// - Parameters:
  ///   - adapters: LoRA files and textual inversions.
  ///   - files: the autoencoder's, where others replace the model's own.
  ///   - packing: how weights are packed, which decides the arithmetic.
  ///   - components: those that are loaded now; the others on first use.
  /// - Throws: `CheckpointError` and the errors of adapters and autoencoders, with the file in each.
  public init(
    _ folder: ModelFolder, adapters: Adapters = Adapters(),
    autoencoder files: AutoencoderFiles = AutoencoderFiles(),
    packing: Packing = Packing(), loading components: [Component] = [.promptEncoder, .unet]
  ) throws {
    let description = try ModelDescription(folder)
    let textWeights = try adapters.added(
      to: folder.weights("text_encoder").packed(packing), of: .textEncoder,
      textWidth: description.textEncoder.width)
    let unetWeights = try adapters.added(
      to: folder.weights("unet").packed(packing), of: .unet, textWidth: description.textEncoder.width)
    encoder = Unloadable { try PromptEncoder(folder, textWeights, adapters.textualInversions) }
    denoiser = Unloadable { try UNet(unetWeights, description.unet) }
    autoencoder = try Autoencoder(files, of: folder, description.autoencoder, packing: packing)
    (self.description, self.textWeights, self.unetWeights) = (description, textWeights, unetWeights)
    unknownTensors = folder.unknownTensors
    if components.contains(.promptEncoder) { try encoder.loadOnce() }
    if components.contains(.unet) { try denoiser.loadOnce() }
  }

  /// Tensors in the model's files that no layer uses, as `component: name`.
  public var unusedTensors: [String] {
    get throws {
      try encoder.loadOnce()
      try denoiser.loadOnce()
      return unknownTensors + textWeights.unused.map { "text_encoder: \($0)" }
        + unetWeights.unused.map { "unet: \($0)" } + autoencoder.unusedTensors.map { "vae: \($0)" }
    }
  }

  public func promptEncoder() throws -> PromptEncoder { try encoder.loaded() }
  public func unet() throws -> UNet { try denoiser.loaded() }

  /// Frees the memory of a network. The next use of it loads it again.
  public func unload(_ component: Component) {
    switch component {
    case .promptEncoder: encoder.unload()
    case .unet: denoiser.unload()
    }
  }

  /// The noise levels from noise to picture, for a sampler's steps.
  /// - Throws: `ScheduleError` if the model cannot be sampled in `steps` steps or with this kind and sampler.
  public func schedule(
    steps: Int, kind: ScheduleKind, sampler: SamplerName = .ddim
  ) throws(ScheduleError) -> SamplingSchedule {
    try kind.schedule(
      steps: steps, sampler: sampler, noise: description.noiseSchedule, stepsOffset: description.stepsOffset,
      finalAlphaBar: description.finalAlphaBar)
  }

  /// From noise [n, h, w, 4] to denoised latents, step by step.
  /// - Parameters:
  ///   - stepNoises: one [1, h, w, 4] for each step, if the schedule's sampler adds noise.
  ///   - cancellation: once it is cancelled, the latents of the current step are meaningless; no further step should
  ///     be requested.
  ///   - attention: in-betweens of the batch whose self-attention is interpolated between that of their parents.
  public func denoising(
    _ noise: Tensor, guidedBy guidance: Guidance, through schedule: SamplingSchedule,
    stepNoises: [Tensor] = [], cancellation: Cancellation? = nil, attention: AttentionInterpolation? = nil
  ) throws -> Denoising {
    let (unet, prediction) = (try unet(), description.prediction)
    precondition(
      attention.map { $0.images.count == noise.shape[0] } ?? true,
      "An interpolation of attention speaks of each image of the batch.")
    let modelOutput = guidance.modelOutput(
      of: unet, images: noise.shape[0], attention: { attention?.during($0, of: schedule) }, cancellation)
    return Denoising(noise, through: schedule, prediction: prediction, stepNoises: stepNoises) {
      noisy, level in
      prediction.denoised(noisy: noisy, modelOutput: modelOutput(noisy, level), level: level)
    }
  }

  /// From latents of pictures [n, h, w, 4] to the noise from which they are made again, step by step, with guidance 1.
  ///
  ///     let pipeline = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"))
  ///     let caption = try pipeline.promptEncoder()("a photo of a dog").conditioning
  ///     let schedule = try pipeline.schedule(steps: 25, kind: .keras)
  ///     let picture = Tensor(shape: [1, 512, 512, 3], repeating: 0.5)                  // -1 ... 1
  ///     if var noise = pipeline.autoencoder.encoder?(picture).mean {
  ///       for step in try pipeline.inversion(noise, [caption], through: schedule) { noise = step.latents }
  ///     }
  ///
  /// - Parameters:
  ///   - conditionings: what the pictures show, one for each. Any text gives the picture back; with one that fits, the
  ///     way to another picture leads over pictures, too.
  ///   - iterations: how often each step is refined, from 0; a step has one evaluation more than that.
  ///   - cancellation: as for `denoising`.
  public func inversion(
    _ latents: Tensor, _ conditionings: [Conditioning], through schedule: SamplingSchedule,
    iterations: Int = 1, cancellation: Cancellation? = nil
  ) throws -> Inversion {
    let (unet, prediction) = (try unet(), description.prediction)
    let guidance = Guidance(
      conditional: conditionings, unconditional: conditionings, scales: conditionings.map { _ in 1 })
    let modelOutput = guidance.modelOutput(of: unet, images: latents.shape[0], cancellation)
    return Inversion(latents, through: schedule, iterations: iterations) { noisy, level in
      prediction.denoised(noisy: noisy, modelOutput: modelOutput(noisy, level), level: level)
    }
  }

  /// The picture of latents [n, h, w, 4]: [n, height, width, 3], 0 ... 255, not yet rounded.
  public func pixels(_ latents: Tensor) -> Tensor { autoencoder.pixels(latents) }
}
