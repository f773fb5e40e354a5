import Checkpoints
import Files
import Foundation
import StableDiffusion
import Synchronization

/// Finds the model that a recipe names, checks its contents, loads it, and keeps it loaded for the next recipe. Tasks
/// may share a store.
///
///     let models = ModelStore()
///     let recipe = try models.recipe(for: RecipeDraft(.image, prompts: ["A red apple"]))
///     let renderer = try models.renderer(for: recipe)
public final class ModelStore: Sendable {
  public let library: ModelLibrary
  let digests: FileDigests
  private let capacity: Int
  /// The loaded models, the most recently used last.
  private let loaded = Mutex<[LoadedModel]>([])
  /// Held while a model is loaded, so that tasks that need the same one load it once.
  private let loading = Mutex(())
  /// Where models were found, which may be outside of the library.
  private let paths = Mutex<[FileDigest: String]>([:])

  /// - Parameters:
  ///   - library: where models are searched.
  ///   - digests: what is known of the contents of files.
  ///   - capacity: how many models stay loaded.
  public init(
    library: ModelLibrary = .standard(), digests: FileDigests = FileDigests(), capacity: Int = 1
  ) {
    self.library = library
    self.digests = digests
    self.capacity = max(1, capacity)
  }

  /// What the recipe needs to be rendered, its model loaded. Takes a second for each gigabyte that is not loaded yet.
  /// - Parameters:
  ///   - batch: frames to denoise together; nil for as many as memory allows and make it faster.
  ///   - lowMemory: whether networks are unloaded as soon as the renderer no longer needs them: uses less memory for a
  ///     single result; reloads networks when several are made.
  /// - Throws: `ModelStoreError` if a file is missing or not the one that the recipe names, `RenderError` or
  ///   `CheckpointError` if recipe and model do not fit each other, `TensorMemoryError` if memory does not suffice.
  public func renderer(for recipe: Recipe, batch: Int? = nil, lowMemory: Bool = false) throws -> Renderer {
    let model = try model(for: recipe.model, encodesPictures: recipe.encodesPictures)
    let inputs = try RecipeInputs(recipe, model.pipeline.description) { try self.path(of: $1, field: $0) }
    return try Renderer(recipe, model, inputs, batch: batch, lowMemory: lowMemory)
  }

  /// The loaded model of a reference.
  func model(for reference: Recipe.ModelReference, encodesPictures: Bool) throws -> LoadedModel {
    if let model = loadedModel(reference, encodesPictures: encodesPictures) { return model }
    return try loading.withLock { _ in
      if let model = loadedModel(reference, encodesPictures: encodesPictures) { return model }
      let files = try files(of: reference)
      // The memory of a model that would be unloaded afterwards is freed before.
      loaded.withLock { models in
        models = models.filter { $0.reference != reference }.suffix(capacity - 1)
      }
      let model = try LoadedModel(files, encodesPictures: encodesPictures)
      guard try model.files.isUnchanged(digests) else {
        throw ModelStoreError.changedWhileLoading(name: reference.name)
      }
      use(model)
      return model
    }
  }

  /// A model that is loaded, if its files are still those that were read.
  private func loadedModel(_ reference: Recipe.ModelReference, encodesPictures: Bool) -> LoadedModel? {
    let model = loaded.withLock { models in
      models.first { $0.reference == reference && ($0.encodesPictures || !encodesPictures) }
    }
    guard let model, (try? model.files.isUnchanged(digests)) == true else { return nil }
    use(model)
    return model
  }

  /// Puts a model in the place of the most recently used.
  private func use(_ model: LoadedModel) {
    loaded.withLock { models in
      models.removeAll { $0.reference == model.reference }
      models = (models + [model]).suffix(capacity)
    }
  }

  func remember(_ path: String, of model: FileDigest) { paths.withLock { $0[model] = path } }

  /// Where a model, or a single file with its contents, was found before.
  func knownPaths(of model: FileDigest) -> [String] {
    (paths.withLock { $0[model].map { [$0] } } ?? []) + digests.knownPaths(with: model.hexadecimal)
  }

  /// Frees the loaded models that no renderer uses.
  public func unloadAll() { loaded.withLock { $0 = [] } }
}

extension Recipe {
  /// Whether a picture has to be encoded, so that the autoencoder needs an encoder.
  var encodesPictures: Bool { walk.keyFrames.contains { $0.start != nil || $0.picture != nil } }
}
