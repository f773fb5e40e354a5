import Sampling
import StableDiffusion
import Tensors

/// Where the frames of a recipe begin, and what the steps of a sampler add.
struct RecipeNoise {
  /// The noises that the path combines, [1, h, w, channels] each, or the one picture with noise.
  let initial: [Tensor]
  /// What each step adds, for samplers that add noise: [1, h, w, channels] each, the same for all frames, so that a
  /// walk stays smooth.
  let steps: [Recipe.Sampling: [Tensor]]
  private let schedules: [Recipe.Sampling: SamplingSchedule]

  init(_ recipe: Recipe, _ inputs: RecipeInputs, _ pipeline: StableDiffusionPipeline) throws {
    let keyFrames = recipe.walk.keyFrames
    var schedules: [Recipe.Sampling: SamplingSchedule] = [:]
    for sampling in Set(keyFrames.map(\.sampling)) {
      let whole = try pipeline.schedule(
        steps: sampling.steps, kind: sampling.schedule, sampler: sampling.sampler)
      schedules[sampling] = keyFrames[0].start.map { whole.startingAt(strength: $0.strength) } ?? whole
    }
    let draws = Draws(recipe, pipeline.description)
    let sources = recipe.walk.noiseSources
    var drawn = recipe.walk.kind == .circle ? 2 : 1
    if let picture = inputs.start, let schedule = schedules[keyFrames[0].sampling] {
      let begin = try Self.noised(
        picture.tensor, schedule, draws, sources[0].file.flatMap { inputs.noises[$0] }, pipeline.autoencoder)
      (initial, drawn) = ([begin.latents], begin.draws)
    } else {
      initial = sources.map { source in
        source.file.flatMap { inputs.noises[$0] } ?? draws(source.seed, source.draw..<source.draw + 1)[0]
      }
    }
    self.schedules = schedules
    steps = schedules.mapValues { schedule in
      guard schedule.sampler.drawsNoise else { return [] }
      return draws(keyFrames[0].seed, drawn..<drawn + schedule.count)
    }
  }

  func schedule(_ sampling: Recipe.Sampling) -> SamplingSchedule {
    guard let schedule = schedules[sampling] else {
      preconditionFailure("Each key frame's sampling has a schedule.")
    }
    return schedule
  }

  /// The latents of a picture with the noise of the first level.
  ///
  /// From the seed are drawn first, where the encoder knows only their distribution, the latents, and then the noise,
  /// as diffusers' `StableDiffusionImg2ImgPipeline` draws them; `draws` is how many that were.
  private static func noised(
    _ picture: Tensor, _ schedule: SamplingSchedule, _ draws: Draws, _ noise: Tensor?,
    _ autoencoder: Autoencoder
  ) throws -> (latents: Tensor, draws: Int) {
    guard let encoder = autoencoder.encoder else {
      throw AutoencoderError.noEncoder(path: "The recipe's autoencoder")
    }
    let distribution = encoder(picture)
    let isKnown = distribution.deviation == nil
    let drawn = draws(draws.firstSeed, 0..<2)
    let denoised = distribution.sample(drawn[0])
    return (schedule.noised(denoised, with: noise ?? drawn[isKnown ? 0 : 1]), isKnown ? 1 : 2)
  }
}

/// The normally distributed numbers of a recipe's seeds, in the shape of its latents.
private struct Draws {
  let firstSeed: UInt64
  private let rng: NoiseGenerator
  private let size: LatentSize

  init(_ recipe: Recipe, _ model: ModelDescription) {
    (firstSeed, rng, size) = (recipe.walk.keyFrames[0].seed, recipe.settings.rng, LatentSize(recipe, model))
  }

  func callAsFunction(_ seed: UInt64, _ draws: Range<Int>) -> [Tensor] {
    rng.normals(seed: seed, draws: draws, height: size.height, width: size.width, channels: size.channels)
  }
}
