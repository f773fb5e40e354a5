import Media
import Sampling
import StableDiffusion
import Tensors
import Walks

/// Renders the frames of a recipe with the recipe's own model; `ModelStore.renderer(for:)` makes it. Any frame can be
/// rendered alone, again and in any order, in any batch and process, and comes out the same.
///
///     let models = ModelStore()
///     let recipe = try models.recipe(for: RecipeDraft(.circle, prompts: ["Skyline of New York City"]))
///     let renderer = try await models.renderer(for: recipe)
///     for try await event in renderer.events(of: Array(0..<recipe.walk.timing.frameCount)) {
///       if case .frame(let number, let picture, _) = event { try picture.writePNG(to: "\(number).png") }
///     }
///
/// From a program without tasks, `rendering(_:)` gives the same events one after the other.
public struct Renderer: Sendable {
  public let recipe: Recipe
  /// Frames that are denoised together at most.
  public let batch: Int
  /// An upper bound of what rendering allocates beside the loaded weights, in bytes.
  public let memoryBytes: Int
  /// What was cut from prompts that are too long.
  public let droppedTexts: [String]
  /// What may surprise about the model: tensors that nothing uses, learned words that no prompt has.
  public let warnings: [String]

  let model: LoadedModel
  let lowMemory: Bool
  /// Where its frames stand: as the recipe has them, or, to measure the pace, elsewhere on the same path.
  private(set) var route: Route
  let text: KeyFrameText
  let noise: RecipeNoise
  let noiseSources: [Recipe.Walk.NoiseSource]
  /// Of the key frames that are pictures, by their index: [1, h, w, channels].
  let pictureLatents: [Int: Tensor]
  let prepared = PreparedLatents()

  /// - Throws: `RenderError`, `ScheduleError`, `AutoencoderError` or `TensorMemoryError` if recipe and model do not fit
  ///   each other.
  init(_ recipe: Recipe, _ model: LoadedModel, _ inputs: RecipeInputs, batch: Int?, lowMemory: Bool) throws {
    let description = model.pipeline.description
    try recipe.requireFitting(description)
    let estimate = MemoryEstimate(recipe, description)
    (self.recipe, self.model, self.lowMemory) = (recipe, model, lowMemory)
    (route, noiseSources) = (Route(recipe.walk), recipe.walk.noiseSources)
    self.batch = estimate.batch(requested: batch)
    memoryBytes = estimate.bytes(batch: self.batch)
    try TensorMemory.reserve(bytes: memoryBytes)
    text = try KeyFrameText(recipe, inputs, model.pipeline.promptEncoder())
    noise = try RecipeNoise(recipe, inputs, model.pipeline)
    let encoder = inputs.pictures.isEmpty ? nil : try model.pipeline.autoencoder.requiredEncoder()
    pictureLatents = inputs.pictures.compactMapValues { encoder?($0.tensor).mean }
    droppedTexts = text.droppedTexts
    // The text encoder is unloaded before the UNet is loaded.
    if lowMemory { model.pipeline.unload(.promptEncoder) }
    _ = try model.pipeline.unet()
    // Now that the weights have their part of it.
    try TensorMemory.reserve(bytes: memoryBytes)
    warnings = try model.warnings(for: recipe)
  }

  /// The noise levels through which a frame is denoised.
  /// - Throws: `RenderError` if the walk has no such frame.
  public func schedule(of frame: Int) throws -> SamplingSchedule {
    try route.require(frame: frame)
    return noise.schedule(route.keyFrame(at: route.position(of: frame)).sampling)
  }

  /// The rendering of some frames, an event at a time. The arithmetic runs in the calling thread and the kernels' pool.
  /// - Parameters:
  ///   - frames: of the walk, in any order; the first event of others is a `RenderError`.
  ///   - cancellation: ends the rendering with a `CancellationError`, within a step.
  public func rendering(_ frames: [Int], cancellation: Cancellation = Cancellation()) -> Rendering {
    Rendering(self, frames, cancellation)
  }

  /// Whether both use the same loaded model.
  package func sharesModel(with other: Renderer) -> Bool { model.isSame(as: other.model) }

  func plan(of frame: Int) -> FramePlan { route.plan(of: frame) { noise.schedule($0).count } }

  /// The same with frames at other positions of the path, in legs.
  func placed(at positions: [Double]) -> Renderer {
    var renderer = self
    renderer.route = route.at(positions)
    return renderer
  }

  func picture(_ latents: Tensor) -> Picture { Picture(model.pipeline.pixels(latents)) }
}

extension Recipe {
  /// Refuses what the model cannot render.
  fileprivate func requireFitting(_ model: ModelDescription) throws {
    let (width, height, factor) = (settings.width, settings.height, model.autoencoder.factor)
    guard width % factor == 0, height % factor == 0 else {
      throw RenderError.size(width: width, height: height, multiple: factor)
    }
    let bytes = try json.utf8.count
    guard bytes <= RecipeText.limit else {
      throw RenderError.recipeTooLong(bytes: bytes, limit: RecipeText.limit)
    }
    guard model.textEncoder.has(clipSkip: settings.clipSkip) else {
      throw RenderError.clipSkip(settings.clipSkip, layers: model.textEncoder.layers)
    }
  }
}

extension LoadedModel {
  fileprivate func warnings(for recipe: Recipe) throws -> [String] {
    let prompts = recipe.walk.keyFrames.flatMap { [$0.prompt ?? "", $0.negativePrompt] }
    return try unusedWords(textualInversions, prompts)
      + pipeline.unusedTensors.map { "The model's tensor \($0) is not used." }
  }
}

extension Adapters {
  /// A sentence for each learned word that no prompt has.
  public func warnings(for prompts: [String]) -> [String] {
    unusedWords(textualInversions.map { ($0.token, $0.path) }, prompts)
  }
}

private func unusedWords(_ words: [(token: String, path: String)], _ prompts: [String]) -> [String] {
  words.filter { word in !prompts.contains { $0.lowercased().contains(word.token.lowercased()) } }
    .map { "The learned word \($0.token) of \($0.path) is in no prompt." }
}
