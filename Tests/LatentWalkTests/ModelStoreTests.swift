import Files
import Foundation
import LatentWalk
import Media
import StableDiffusion
import Tensors
import TestFolders
import Testing

/// A recipe's model is found by its name or its contents, and no other takes its place.
@Suite struct ModelStoreTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["one", "two"] { try folder.make(name) }
  }

  private func draft(_ model: String) -> RecipeDraft {
    var draft = TinyModel.draft(.image, "a dog")
    draft.model = FileRequest(model)
    return draft
  }

  private var store: ModelStore { TinyModel.store(folder.file("one"), folder.file("two")) }

  @Test("a model is named by its folder and by what its files hold, wherever it lies")
  func reference() throws {
    let paths = try ["one/model", "two/model"].map { try folder.copy("two-stages", as: $0) }
    let models = TinyModel.store()
    let recipes = try (paths + [paths[1] + "/"]).map { try models.recipe(for: draft($0)) }
    #expect(recipes[0].model.name == "model")
    #expect(recipes[0] == recipes[1] && recipes[0] == recipes[2])
    // Of a folder, the SHA-256 of what sha256sum prints; none of its files beside it.
    #expect(recipes[0].model.companions == nil)
    try folder.flipBit(in: "two/model/unet/diffusion_pytorch_model.safetensors", at: 1)
    #expect(try models.recipe(for: draft(paths[1])).model != recipes[0].model)
    #expect(try models.recipe(for: draft(paths[0])).model == recipes[0].model)
  }

  @Test("a model is found by name and by path, and outside of the library, too")
  func found() throws {
    let path = try folder.copy("two-stages", as: "one/model")
    let expected = try store.renderer(for: store.recipe(for: draft("model"))).frame(0)
    for models in [store, TinyModel.store()] {
      let recipe = try models.recipe(for: draft(path))
      #expect(recipe.model.name == "model")
      #expect(try models.renderer(for: recipe).frame(0) == expected)
    }
  }

  @Test("a model that moved to another folder and name is found by its contents", arguments: [false, true])
  func moved(isLoaded: Bool) throws {
    try folder.copy("two-stages", as: "one/model")
    let models = store
    let recipe = try models.recipe(for: draft("model"))
    let frame = try store.renderer(for: recipe).frame(0)
    if isLoaded { _ = try models.renderer(for: recipe) }
    try folder.move("one/model", to: "two/renamed")
    // The store that knew it, and one that never saw it.
    #expect(try models.renderer(for: recipe).frame(0) == frame)
    #expect(try store.renderer(for: recipe).frame(0) == frame)
  }

  @Test(
    "another model under the same name is refused with both digests, and the right one elsewhere is taken")
  func otherModel() throws {
    try folder.copy("two-stages", as: "one/model")
    let recipe = try store.recipe(for: draft("model"))
    let frame = try store.renderer(for: recipe).frame(0)
    try folder.remove("one/model")
    try folder.copy("sd1", as: "one/model")
    let other = try store.recipe(for: draft("model"))
    let error = #expect(throws: ModelStoreError.self) { try store.renderer(for: recipe) }
    #expect(
      error
        == .otherModel(
          name: "model", path: folder.file("one/model"), found: other.model.sha256.short,
          expected: recipe.model.sha256.short))
    let sentence = error.map { "\($0)" } ?? ""
    for digest in [recipe.model.sha256, other.model.sha256] {
      #expect(digest.short.count == 10 && sentence.contains(digest.short))
    }
    try folder.copy("two-stages", as: "two/model")
    #expect(try store.renderer(for: recipe).frame(0) == frame)
  }

  @Test("a model that is nowhere is refused with its name and digest")
  func noModel() throws {
    try folder.copy("two-stages", as: "one/model")
    let recipe = try store.recipe(for: draft("model"))
    try folder.remove("one/model")
    let error = #expect(throws: ModelStoreError.self) { try store.renderer(for: recipe) }
    let sentence = error.map { "\($0)" } ?? ""
    #expect(
      sentence.hasPrefix("The recipe's model model (SHA-256 \(recipe.model.sha256.short)) is not found"))
  }

  private static let modelFiles = [
    "model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json",
    "text_encoder/model.safetensors", "tokenizer/merges.txt", "tokenizer/tokenizer_config.json",
    "tokenizer/vocab.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
  ]

  @Test(
    "one bit in any file that is read is noticed, also where size and time are as before",
    arguments: modelFiles)
  func oneBit(name: String) throws {
    try folder.copy("two-stages", as: "one/model")
    let models = store
    let recipe = try models.recipe(for: draft("model"))
    _ = try models.renderer(for: recipe)
    let path = folder.file("one/model/\(name)")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let size = attributes[.size] as? Int
    try folder.flipBit(in: "one/model/\(name)")
    let time = try #require(attributes[.modificationDate] as? Date)
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == size)
    for models in [models, store] {
      // What the store says of a file that cannot be read at all is the file's own sentence.
      #expect(throws: (any Error).self) { try models.renderer(for: recipe) }
    }
    try folder.flipBit(in: "one/model/\(name)")
    #expect(throws: Never.self) { try models.renderer(for: recipe) }
  }

  @Test("one bit of the weights is noticed by a renderer that has unloaded them", arguments: [false, true])
  func unloaded(isReplaced: Bool) throws {
    try folder.copy("two-stages", as: "one/model")
    let models = store
    let renderer = try models.renderer(for: models.recipe(for: draft("model")), lowMemory: true)
    let frame = try renderer.frame(0)
    let name = "one/model/unet/diffusion_pytorch_model.safetensors"
    if isReplaced {
      try folder.move(name, to: "old")
      try FileManager.default.copyItem(atPath: folder.file("old"), toPath: folder.file(name))
    }
    try folder.flipBit(in: name)
    // An error, or the weights as they were.
    let again = Result { try renderer.frame(0) }
    if case .success(let again) = again { #expect(again == frame) }
  }

  @Test("files that are not read do not belong to a model")
  func otherFiles() throws {
    try folder.copy("two-stages", as: "one/model")
    let recipe = try store.recipe(for: draft("model"))
    try folder.write("one/model/README.md", "Of a model there is much to say.")
    try folder.write("one/model/picture.png", "no picture")
    try folder.make("one/model/safety_checker")
    try folder.write("one/model/safety_checker/model.safetensors", "no model")
    #expect(try store.recipe(for: draft("model")) == recipe)
    #expect(throws: Never.self) { try store.renderer(for: recipe) }
  }

  @Test("a store keeps its model for the next recipe, up to its capacity, and unloadAll frees them")
  func keepsLoaded() throws {
    try folder.copy("two-stages", as: "one/model")
    try folder.copy("sd2", as: "one/other")
    let models = store
    let recipe = try models.recipe(for: draft("model"))
    let first = try models.renderer(for: recipe)
    var next = draft("model")
    next.keyFrames[0].prompt = "a cat"
    let second = try models.renderer(for: models.recipe(for: next))
    #expect(first.sharesModel(with: second))
    var other = draft("other")
    (other.width, other.height) = (64, 64)
    _ = try models.renderer(for: models.recipe(for: other))
    let third = try models.renderer(for: recipe)
    #expect(!first.sharesModel(with: third), "One model stays loaded.")
    models.unloadAll()
    #expect(try !third.sharesModel(with: models.renderer(for: recipe)))
    let frame = try first.frame(0)
    #expect(try third.frame(0) == frame, "A renderer keeps its own model.")
  }

  @Test("tasks that need the same model at the same time load it once")
  func together() async throws {
    try folder.copy("sd1", as: "one/model")
    let models = store
    var draft = draft("model")
    (draft.width, draft.height) = (64, 64)
    let recipe = try models.recipe(for: draft)
    let renderers = try await withThrowingTaskGroup(of: Renderer.self) { group in
      for _ in 0..<4 { group.addTask { try await models.renderer(for: recipe) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(renderers.allSatisfy { $0.sharesModel(with: renderers[0]) })
  }

  @Test("a model is freed before the next is loaded, which may need its memory")
  func makesRoom() throws {
    try folder.copy("two-stages", as: "one/model")
    let models = store
    var draft = draft("model")
    let recipe = try models.recipe(for: draft)
    let renderer = try models.renderer(for: recipe)
    // A model that is found and cannot be loaded.
    draft.vae = FileRequest(TinyModel.path("lora/kohya.safetensors"))
    let other = try models.recipe(for: draft)
    #expect(throws: (any Error).self) { try models.renderer(for: other) }
    #expect(try !models.renderer(for: recipe).sharesModel(with: renderer))
  }

  @Test("a renderer that unloads its network leaves the frames of another with the same model as they are")
  func sharedUnloading() throws {
    let models = TinyModel.store(TinyModel.fixtures)
    var draft = TinyModel.draft(.circle, "a dog")
    let recipe = try models.recipe(for: draft)
    draft.keyFrames[0].prompt = "a cat"
    let other = try models.renderer(for: models.recipe(for: draft), lowMemory: true)
    let renderer = try models.renderer(for: recipe, batch: 2)
    #expect(renderer.sharesModel(with: other))
    let expected = try renderer.frames([0, 1, 2])
    var (rendering, frames) = (renderer.rendering([0, 1, 2]), [Int: Picture]())
    while let event = try rendering.next() {
      if case .step = event { _ = try other.frame(0) }
      if case .frame(let frame, let picture, _) = event { frames[frame] = picture }
    }
    #expect(frames == expected.mapValues(\.picture))
  }

  @Test(
    "two renderers with different packing, in one process and in turn, give the bytes that each gives alone")
  func packing() throws {
    var draft = RecipeDraft(.circle, prompts: ["a dog"])
    (draft.model, draft.seed) = (FileRequest("tiny"), 7)
    (draft.width, draft.height, draft.steps, draft.frames) = (64, 64, 3, 2)
    let recipes = try [ConvolutionAlgorithm.winograd, .direct].map { convolution in
      draft.packing.convolution = convolution
      return try TinyModel.store(TinyModel.bundledPlace).recipe(for: draft)
    }
    #expect(!recipes[0].hasSameFrames(as: recipes[1]))
    let alone = try recipes.map { recipe in
      try TinyModel.store(TinyModel.bundledPlace).renderer(for: recipe, batch: 1).frames([0, 1])
    }
    #expect(alone[0] != alone[1], "The two algorithms round differently.")
    let models = TinyModel.store(TinyModel.bundledPlace, capacity: 2)
    var renderings = try recipes.map { try models.renderer(for: $0, batch: 1).rendering([0, 1]) }
    var (together, hasEnded) = ([[Int: Frame]](repeating: [:], count: 2), [false, false])
    while hasEnded != [true, true] {
      for index in 0..<2 {
        let event = try renderings[index].next()
        hasEnded[index] = event == nil
        guard case .frame(let number, let picture, let latents) = event else { continue }
        together[index][number] = Frame(picture: picture, latents: latents.values)
      }
    }
    #expect(together == alone)
  }
}
