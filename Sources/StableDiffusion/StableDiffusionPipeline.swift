import Checkpoints
import Sampling
import Tensors

/// A Stable Diffusion model, loaded: prompts and noise in, pictures out.
///
///     let generator = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"))
///     let levels = try generator.levels(steps: 25, schedule: .keras)
///     let noise = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
///     var latents = noise
///     for step in generator.denoising(noise, guidedBy: generator.guidance(prompt: "a dog", scale: 7.5), through: levels) {
///       latents = step.latents
///     }
///     let pixels = generator.pixels(latents)      // [1, 512, 512, 3], 0 ... 255
///
/// Loading takes a second for each gigabyte; afterwards nothing can fail.
public struct StableDiffusionPipeline {
  /// The networks that can be let go when a picture has passed through them.
  public enum Part {
    case prompts, unet
  }

  public let description: ModelDescription
  private let promptEncoder: Unloadable<PromptEncoder>
  private let denoiser: Unloadable<UNet>
  public let autoencoder: Autoencoder
  /// Tensors in the model's files that no layer asked for, as `component: name`.
  public let unusedTensors: [String]

  /// - Parameters:
  ///   - additions: LoRA files and textual inversions.
  ///   - files: the autoencoder's, where others take the place of the model's own.
  public init(
    _ folder: ModelFolder, adding additions: Adapters = Adapters(),
    autoencoder files: AutoencoderFiles = AutoencoderFiles()
  ) throws {
    description = try ModelDescription(folder)
    promptEncoder = try Unloadable { try PromptEncoder(folder, adding: additions) }
    let unetWeights = try additions.changed(
      folder.weights("unet"), .unet, textWidth: description.textEncoder.width)
    denoiser = try Unloadable { [description] in
      defer { unetWeights.dropPages() }
      return try UNet(unetWeights, description.unet)
    }
    autoencoder = try Autoencoder(files, of: folder, description.autoencoder)
    unusedTensors =
      folder.unknownTensors + promptEncoder.value.unusedTensors.map { "text_encoder: \($0)" }
      + unetWeights.unused.map { "unet: \($0)" }
      + autoencoder.unusedTensors.map { "vae: \($0)" }
  }

  public var prompts: PromptEncoder { promptEncoder.value }
  public var unet: UNet { denoiser.value }

  /// Gives the memory of a part back, for what comes after it. Whoever asks for the part again waits until it is read again.
  public func unload(of part: Part) {
    switch part {
    case .prompts: promptEncoder.unload()
    case .unet: denoiser.unload()
    }
  }

  /// The noise levels from noise to picture, for a sampler's steps.
  /// - Throws: `ScheduleError` if the model cannot be sampled in so many steps, or not so.
  public func levels(steps: Int, schedule: ScheduleKind, sampler: SamplerName = .ddim) throws
    -> SamplingSchedule
  {
    try schedule.schedule(
      steps: steps, sampler: sampler, noise: description.noiseSchedule, stepsOffset: description.stepsOffset,
      finalAlphaBar: description.finalAlphaBar)
  }

  /// From noise [n, h, w, 4] to clean latents, step by step.
  /// - Parameter stepNoises: one [1, h, w, 4] for each step, if the levels' sampler adds noise.
  public func denoising(
    _ noise: Tensor, guidedBy guidance: Guidance, through levels: SamplingSchedule, stepNoises: [Tensor] = []
  ) -> Denoising {
    let prediction = description.prediction
    let modelOutput = guidance.modelOutputs(images: noise.shape[0])
    return Denoising(noise, through: levels, prediction: prediction, stepNoises: stepNoises) { noisy, level in
      prediction.denoised(noisy: noisy, modelOutput: modelOutput(unet, noisy, level), level: level)
    }
  }

  /// The picture of latents [n, h, w, 4]: [n, height, width, 3], 0 ... 255, not yet rounded.
  public func pixels(_ latents: Tensor) -> Tensor { autoencoder.pixels(latents) }
}
