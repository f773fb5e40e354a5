import Sampling
import StableDiffusion
import Tensors

/// What rendering some frames costs on this machine, by a measurement of one step and one decoding.
///
///     let models = ModelStore()
///     let renderer = try models.renderer(for: models.recipe(for: RecipeDraft(.circle, prompts: ["a skyline"])))
///     print(try renderer.cost(of: Array(0..<60)).seconds)
public struct RenderingCost: Sendable, Hashable {
  public let frames: Int
  /// Of the UNet, for all frames and what they are made from.
  public let evaluations: Int
  /// Of the UNet, for one image in a batch as large as those that are rendered.
  public let secondsPerEvaluation: Double
  /// From latents to pixels, for one frame.
  public let secondsPerDecoding: Double
  /// At most, with the model's weights.
  public let memoryBytes: Int
  /// Of the frame files, about.
  public let diskBytes: Int

  public var seconds: Double {
    Double(evaluations) * secondsPerEvaluation + Double(frames) * secondsPerDecoding
  }
}

extension Renderer {
  /// What rendering some frames costs. Takes as long as a step of a batch and a decoding.
  /// - Throws: `RenderError` if the walk does not have one of the frames, `CancellationError` if it was cancelled.
  public func cost(of frames: [Int], cancellation: Cancellation = Cancellation()) throws -> RenderingCost {
    let evaluations = try evaluations(of: frames)
    let seconds = frames.isEmpty ? (0, 0) : try measuredSeconds(frames, cancellation)
    return RenderingCost(
      frames: frames.count, evaluations: evaluations, secondsPerEvaluation: seconds.0,
      secondsPerDecoding: seconds.1, memoryBytes: try totalMemoryBytes(),
      diskBytes: diskBytes(frames: frames.count))
  }

  /// An upper bound of the memory that rendering takes, with the weights that are loaded for it, in bytes.
  public func totalMemoryBytes() throws -> Int {
    let own = model.reference.vae == nil && model.reference.tinyVAE == nil ? ["vae"] : []
    let text = lowMemory ? [] : ["text_encoder"]
    return memoryBytes + (try model.files.folder.weightBytes(["unet"] + own + text))
  }

  /// What frame files take, in bytes: about two for a pixel, which suits photographs; less where a picture is plain.
  public func diskBytes(frames: Int) -> Int { frames * recipe.settings.width * recipe.settings.height * 2 }

  /// Of an evaluation and of a decoding.
  private func measuredSeconds(
    _ frames: [Int], _ cancellation: Cancellation
  ) throws -> (Double, Double) {
    let batch = batches(frames).max { $0.count < $1.count } ?? []
    // All frames of `denoise` are one image.
    let plans = (recipe.walk.kind == .denoise ? Array(batch.prefix(1)) : batch).map(plan)
    let size = LatentSize(recipe, model.pipeline.description)
    let latents = recipe.settings.rng.normals(
      seed: 0, draw: 0, height: size.height, width: size.width, channels: size.channels)
    let points = plans.map { route.point(at: $0.position).conditioning }
    let schedule = noise.schedule(plans[0].sampling)
    var denoising = try model.pipeline.denoising(
      Tensor.batch(plans.map { _ in latents }), guidedBy: text.guidance(at: points), through: schedule,
      stepNoises: noise.steps[plans[0].sampling] ?? [], cancellation: cancellation)
    let images = points.reduce(0) { $0 + Guidance.evaluationsPerStep(scale: text.guidanceScale(at: $1)) }
    // The first steps of a small model are slower than the others: caches are cold.
    var (fastest, spent) = (Double.infinity, 0.0)
    while spent < 0.3 {
      let (step, seconds) = timed { denoising.next() }
      if cancellation.isCancelled { throw CancellationError() }
      guard let step else { break }
      let evaluations = schedule.evaluations(after: step.index + 1) - schedule.evaluations(after: step.index)
      (fastest, spent) = (min(fastest, seconds / Double(images * max(1, evaluations))), spent + seconds)
    }
    return (fastest.isFinite ? fastest : 0, timed { picture(latents) }.seconds)
  }
}

private func timed<Result>(_ work: () -> Result) -> (result: Result, seconds: Double) {
  let clock = ContinuousClock()
  let start = clock.now
  let result = work()
  let duration = clock.now - start
  return (result, Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
}
