import Sampling
import StableDiffusion
import Tensors

/// Where the frames of a recipe begin, and what the steps of a sampler add.
struct RecipeNoise {
  /// The noises that the path combines, [1, h, w, channels] each, or the one picture with noise; nil where a picture has
  /// to be inverted first.
  let initial: [Tensor?]
  /// What each step adds, for samplers that add noise: [1, h, w, channels] each, the same for all frames, so that a
  /// walk stays smooth.
  let steps: [Recipe.Sampling: [Tensor]]
  private let schedules: [Recipe.Sampling: SamplingSchedule]

  init(_ recipe: Recipe, _ inputs: RecipeInputs, _ pipeline: StableDiffusionPipeline) throws {
    let keyFrames = recipe.walk.keyFrames
    var schedules: [Recipe.Sampling: SamplingSchedule] = [:]
    for sampling in Set(keyFrames.map(\.sampling)) {
      let whole = try pipeline.description.schedule(of: sampling)
      schedules[sampling] = keyFrames[0].start.map { whole.startingAt(strength: $0.strength) } ?? whole
    }
    let draws = Draws(recipe, pipeline.description)
    let sources = recipe.walk.noiseSources
    // Noises that the path draws come before those of the steps.
    var drawn = 1 + sources.reduce(0) { if case .draw(_, let n) = $1 { max($0, n) } else { $0 } }
    if let picture = inputs.start, let schedule = schedules[keyFrames[0].sampling] {
      let begin = try Self.noised(
        picture.tensor, schedule, draws, draws.noise(sources[0], inputs), pipeline.autoencoder)
      (initial, drawn) = ([begin.latents], begin.draws)
    } else {
      initial = draws.noises(sources, inputs)
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
    let encoder = try autoencoder.requiredEncoder()
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

  /// The noises of some sources; nil for inverted pictures, which have to be computed.
  func noises(_ sources: [Recipe.Walk.NoiseSource], _ inputs: RecipeInputs) -> [Tensor?] {
    // A seed's draws follow each other in one stream of numbers, which is read once.
    var last: [UInt64: Int] = [:]
    for case .draw(let seed, let n) in sources { last[seed] = max(last[seed] ?? 0, n) }
    let streams = Dictionary(uniqueKeysWithValues: last.map { ($0, self($0, 0..<$1 + 1)) })
    return sources.map { source in
      if case .draw(let seed, let n) = source { streams[seed]?[n] } else { noise(source, inputs) }
    }
  }

  /// The noise of a source, unless it is the first of a single seed or a picture.
  func noise(_ source: Recipe.Walk.NoiseSource, _ inputs: RecipeInputs) -> Tensor? {
    switch source {
    case .draw, .inversion: return nil
    case .file(let file): return inputs.noises[file]
    case .mixture(let seeds):
      let norm = seeds.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
      return Tensor.combined(
        seeds.map { self($0.seed, 0..<1)[0] }, weights: seeds.map { $0.weight / norm })
    }
  }
}

extension Autoencoder {
  /// - Throws: `AutoencoderError` if its files had no encoder.
  func requiredEncoder() throws -> any PictureEncoder {
    guard let encoder else { throw AutoencoderError.noEncoder(path: "The recipe's autoencoder") }
    return encoder
  }
}
