import Checkpoints
import Media
import Sampling
import StableDiffusion
import Tensors
import Walks

/// Renders the frames of a recipe with a loaded model, in batches. Each frame is handed over as soon as it is done; any frame can be
/// rendered alone, again and in any order, and comes out the same.
///
///     let renderer = try Renderer(recipe, with: StableDiffusionPipeline(ModelFolder(path: model)))
///     try renderer.render(Array(0..<recipe.frames)) { event in
///       if case .frame(let number, let picture, _) = event { try picture.writePNG(to: "\(number).png") }
///     }
///
/// The call returns when the work is done: call it from a thread of its own, not from a task.
public struct Renderer {
  /// What whoever renders is told, and where it may stop the work by throwing.
  public enum Event {
    /// The frames in work have passed `step` of `count` noise levels.
    case step(Int, of: Int, frames: [Int])
    /// A frame is done. Latents: [1, h, w, 4], before the autoencoder.
    case frame(Int, Picture, latents: Tensor)
    /// So many pictures of the animation are in its file.
    case encoded(Int, of: Int)
  }

  public let recipe: Recipe
  public let levels: SamplingSchedule
  /// Frames that are denoised together.
  public let batch: Int
  /// What was cut from prompts that are too long.
  public let droppedTexts: [String]

  private let generator: StableDiffusionPipeline
  private let lowMemory: Bool
  private let path: any Walk
  private let embeddings: [Tensor]
  /// Where the frames begin: the seed's noises, or the one picture with noise.
  private let noises: [Tensor]
  private let stepNoises: [Tensor]
  private let unconditional: Tensor

  /// - Parameters:
  ///   - batch: frames to denoise together; nil for as many as memory and patience allow.
  ///   - lowMemory: whether each part of the model is let go as soon as the recipe needs it no more: less memory for who makes one
  ///     result, more reading for who makes several.
  /// - Throws: `RenderError` or `CheckpointError` if recipe and model do not fit each other.
  public init(
    _ recipe: Recipe, with generator: StableDiffusionPipeline, batch: Int? = nil, lowMemory: Bool = false
  ) throws {
    let description = generator.description
    let multiple = description.sizeMultiple
    guard recipe.width > 0, recipe.height > 0, recipe.width % multiple == 0, recipe.height % multiple == 0
    else {
      throw RenderError.size(width: recipe.width, height: recipe.height, multiple: multiple)
    }
    let recipeBytes = try recipe.json.utf8.count
    guard recipeBytes <= RecipeText.limit else {
      throw RenderError.recipeTooLong(bytes: recipeBytes, limit: RecipeText.limit)
    }
    guard description.textEncoder.has(clipSkip: recipe.promptReading.clipSkip) else {
      throw RenderError.clipSkip(recipe.promptReading.clipSkip, layers: description.textEncoder.layers)
    }
    self.recipe = recipe
    self.generator = generator
    self.lowMemory = lowMemory
    path = recipe.path
    let allLevels = try generator.levels(
      steps: recipe.steps, schedule: recipe.schedule, sampler: recipe.sampler)
    let levels = recipe.start.map { allLevels.startingAt(strength: $0.strength) } ?? allLevels
    self.levels = levels
    self.batch = batch ?? Self.fittingBatch(recipe, description)

    var dropped: [String] = []
    let embedding = { (prompt: String) -> Tensor in
      let (embedding, droppedText) = generator.prompts(prompt, reading: recipe.promptReading)
      if let droppedText { dropped.append(droppedText) }
      return embedding
    }
    embeddings =
      try recipe.embedding.map { [try Self.embedding($0.path, description)] }
      ?? generator.prompts.lengthened(recipe.prompts.map(embedding), reading: recipe.promptReading)
    unconditional = embedding(recipe.negativePrompt)
    droppedTexts = dropped
    let start = try recipe.start.map { try Self.start($0, of: recipe, at: levels, with: generator) }
    noises = try start.map { [$0.latents] } ?? Self.noises(recipe, count: path.noiseAnchorCount, description)
    stepNoises = Self.stepNoises(
      recipe, steps: levels.count, after: start?.draws ?? path.noiseAnchorCount, description)
    if lowMemory { generator.unload(of: .prompts) }
  }

  /// UNet evaluations for one frame.
  public var evaluationsPerFrame: Int {
    levels.evaluations(after: levels.count) * guidance(conditional: unconditional).evaluationsPerStep
  }

  /// Renders some frames of the walk and hands over each. What `observe` throws stops the work at once.
  public func render(_ frames: [Int], observing observe: (Event) throws -> Void) throws {
    var rest = frames[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(batch))
      rest = rest.dropFirst(batch.count)
      let points = batch.map(path.point)
      var latents = Tensor.batch(points.map { $0.noise.mixed(noises) })
      let conditional = Tensor.batch(points.map { $0.embedding.mixed(embeddings) })
      let denoising = generator.denoising(
        latents, guidedBy: guidance(conditional: conditional), through: levels, stepNoises: stepNoises)
      for step in denoising {
        latents = step.latents
        try observe(.step(step.index + 1, of: step.count, frames: batch))
      }
      if lowMemory && rest.isEmpty { generator.unload(of: .unet) }
      for (place, frame) in batch.enumerated() {
        let own = latents.images(place..<place + 1)
        try observe(.frame(frame, picture(own), latents: own))
      }
    }
  }

  private func guidance(conditional: Tensor) -> Guidance {
    Guidance(conditional: conditional, unconditional: unconditional, scale: Float(recipe.guidance))
  }

  private func picture(_ latents: Tensor) -> Picture { Picture(generator.pixels(latents)) }
}

extension LinearCombination {
  /// The weighted sum of the anchors, plus the offset. An anchor alone comes out bit by bit.
  fileprivate func mixed(_ anchors: [Tensor]) -> Tensor {
    let terms = zip(weights, anchors).filter { $0.0 != 0 }
    var sum: Tensor
    switch terms.count {
    case 0: sum = 0 * anchors[0]
    case 1: sum = terms[0].0 == 1 ? terms[0].1 : Float(terms[0].0) * terms[0].1
    default:
      sum = mix(Float(terms[0].0), terms[0].1, Float(terms[1].0), terms[1].1)
      for (weight, anchor) in terms.dropFirst(2) { sum = mix(1, sum, Float(weight), anchor) }
    }
    return offset == 0 ? sum : sum + Float(offset)
  }
}
