import ArgumentParser
import Checkpoints
import Foundation
import LatentWalk
import StableDiffusion
import Tensors

/// What the user asked for, before a seed is drawn and the model's own sizes are known.
struct Order {
  let walk: Recipe.WalkKind
  let prompts: [String]
  var embedding: String?
  var stepSize = 0.002
  let generation: GenerationOptions
  var start: Recipe.Start?
  var animation: AnimationOptions?

  /// The seed that was given, or one drawn now.
  func drawnSeed() -> UInt64 {
    generation.seed ?? UInt64(UInt32.random(in: .min ... .max))
  }

  /// Loads the model and prepares the rendering.
  func renderer(seed: UInt64, _ reporter: Reporter) throws -> Renderer {
    try generation.model.applyThreads()
    let folder = try ModelLibrary.standard().folder(generation.model.model)
    let prompting = generation.prompting
    let (loras, words) = try (prompting.loras(), prompting.textualInversions())
    let additions = try Adapters(loras: loras, textualInversions: words)
    let files = generation.autoencoder.files(encodes: start != nil)
    let generator = try StableDiffusionPipeline(
      folder, adding: additions, autoencoder: files, packing: Packing(convolution: generation.convolution))
    var recipe = try recipe(seed: seed, folder, size: generator.description.defaultSize)
    (recipe.loras, recipe.textualInversions) = (loras.isEmpty ? nil : loras, words.isEmpty ? nil : words)
    recipe.promptReading = prompting.reading
    reporter.warn(unusedWordsOf: additions, in: recipe.prompts + [recipe.negativePrompt])
    for name in generator.unusedTensors { reporter.warn("The model's tensor \(name) is not used.") }
    let renderer = try Renderer(recipe, with: generator, batch: generation.batch, lowMemory: true)
    for text in renderer.droppedTexts { reporter.warn(dropped: text) }
    return renderer
  }

  /// The complete recipe: what was asked for, and the model's own size where none was.
  private func recipe(seed: UInt64, _ folder: ModelFolder, size: Int) throws -> Recipe {
    var recipe = Recipe(
      model: Recipe.ModelReference(folder: folder.path), walk: walk, prompts: prompts,
      width: generation.width ?? size, height: generation.height ?? size, seed: seed)
    recipe.embedding = try embedding.map { try Recipe.FileReference(path: $0) }
    recipe.vae = generation.autoencoder.vae.map { Recipe.FileReference(weights: $0) }
    recipe.tinyVAE = generation.autoencoder.tinyVAE.map { Recipe.FileReference(weights: $0) }
    recipe.start = start
    recipe.negativePrompt = generation.negativePrompt
    recipe.stepSize = stepSize
    recipe.steps = generation.steps
    recipe.guidance = generation.guidance
    recipe.sampler = generation.sampler
    recipe.schedule = generation.usedSchedule
    recipe.rng = generation.rng
    recipe.noise = try generation.noise.map { try Recipe.FileReference(path: $0) }
    recipe.convolution = generation.convolution == .winograd ? nil : generation.convolution
    recipe.frames = animation?.frames ?? 1
    recipe.fps = animation?.fps ?? recipe.fps
    recipe.rubberBand = animation?.rubberBand ?? false
    return recipe
  }
}

/// Stops before any work is done if a result could not be written in the end. Trying is the only sure way to know: permissions,
/// read-only disks and /proc refuse in different ways.
func requireWritable(_ path: String, _ option: String) throws {
  func refusal(_ reason: String) -> OutputError { OutputError(path: path, option: option, reason: reason) }

  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
    throw refusal("there is no folder \(folder)")
  }
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    throw refusal("it is a folder")
  }
  if isDevice(path) { return }
  let trial = "\(path).\(getpid()).partial"
  let descriptor = open(trial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else {
    throw refusal("no file can be made in \(folder) (\(String(cString: strerror(errno)).lowercased()))")
  }
  close(descriptor)
  unlink(trial)
}

/// A result that has no place to go.
struct OutputError: Error, CustomStringConvertible {
  let path: String
  let option: String
  let reason: String

  var description: String { "Cannot write \(path): \(reason). Choose another place with \(option)." }
}
