import Files
import Foundation
import LatentWalk
import TestFolders
import Testing

/// The files beside the model that a recipe names: LoRAs, words, autoencoders, arrays and pictures.
@Suite struct RecipeFileTests {
  /// A file that takes part in a result, and the field that names it.
  struct Part: Sendable, CustomTestStringConvertible {
    let field: String
    /// In the fixtures.
    let source: String
    let add: @Sendable (inout RecipeDraft, FileRequest) -> Void

    var testDescription: String { field }

    static let all = [
      Part(field: "model.loras", source: "lora/kohya.safetensors") {
        $0.loras = [RecipeDraft.LoRA($1, weight: 0.5)]
      },
      Part(field: "model.textualInversions", source: "prompts/learned_embeds.bin") {
        $0.textualInversions = [RecipeDraft.TextualInversion($1)]
      },
      Part(field: "model.vae", source: "sd1/vae/diffusion_pytorch_model.safetensors") { $0.vae = $1 },
      Part(field: "model.tinyVAE", source: "tiny-autoencoder/taesd/taesd_decoder.safetensors") {
        $0.tinyVAE = $1
      },
      Part(field: "walk.keyFrames[0].start.picture", source: "pictures/sd1.png") { $0.picture = $1 },
    ]
  }

  private let folder: TemporaryFolder
  private let models = TinyModel.store(TinyModel.fixtures)

  init() throws { folder = try TemporaryFolder() }

  private func recipe(_ part: Part, _ path: String) throws -> Recipe {
    var draft = TinyModel.draft(.image, "a dog", model: "sd1")
    (draft.width, draft.height, draft.steps) = (64, 64, 2)
    part.add(&draft, FileRequest(path))
    return try models.recipe(for: draft)
  }

  /// Copies the part's file, changed a little so that no fixture has its contents, and returns its path.
  private func copy(_ part: Part) throws -> String {
    let path = try folder.copy(part.source, as: (part.source as NSString).lastPathComponent)
    if part.field == "model.vae" { try folder.flipBit(in: (path as NSString).lastPathComponent, at: 0.9) }
    return path
  }

  private func refusal(_ recipe: Recipe, _ models: ModelStore) -> ModelStoreError? {
    #expect(throws: ModelStoreError.self) { try models.renderer(for: recipe) }
  }

  @Test(
    "a file that has changed is refused by its field and path, and taken when it is as it was",
    arguments: Part.all)
  func changed(part: Part) throws {
    let path = try copy(part)
    let recipe = try recipe(part, path)
    let frame = try models.renderer(for: recipe).frame(0)
    let name = (path as NSString).lastPathComponent
    try folder.flipBit(in: name)
    let found = try FileDigest(of: path).short
    for models in [models, TinyModel.store(TinyModel.fixtures)] {
      let error = refusal(recipe, models)
      #expect(error == .otherContents(field: part.field, path: path, found: found))
      #expect(error?.description.contains("the recipe's \(part.field) names") == true)
    }
    try folder.flipBit(in: name)
    #expect(try models.renderer(for: recipe).frame(0) == frame)
  }

  @Test("a file that has vanished is refused by its field, path and digest", arguments: Part.all)
  func vanished(part: Part) throws {
    let path = try copy(part)
    let recipe = try recipe(part, path)
    _ = try models.renderer(for: recipe)
    let sha256 = try FileDigest(of: path).short
    try FileManager.default.removeItem(atPath: path)
    for models in [models, TinyModel.store(TinyModel.fixtures)] {
      #expect(refusal(recipe, models) == .missing(field: part.field, path: path, sha256: sha256))
    }
  }

  @Test("a file whose contents were seen elsewhere is found there", arguments: Part.all)
  func moved(part: Part) throws {
    let path = try copy(part)
    let recipe = try recipe(part, path)
    let frame = try models.renderer(for: recipe).frame(0)
    try folder.make("elsewhere")
    let other = "elsewhere/renamed.\((path as NSString).pathExtension)"
    try folder.move((path as NSString).lastPathComponent, to: other)
    // Files that are younger than the clock's tick are not remembered.
    usleep(50_000)
    _ = try self.recipe(part, folder.file(other))
    #expect(try models.renderer(for: recipe).frame(0) == frame)
  }

  @Test("a file is found under any name in a folder of the library", arguments: Part.all)
  func placed(part: Part) throws {
    let path = try copy(part)
    let recipe = try recipe(part, path)
    let frame = try models.renderer(for: recipe).frame(0)
    try folder.make("place")
    let ending = (path as NSString).pathExtension
    try folder.move(
      (path as NSString).lastPathComponent, to: "place/renamed" + (ending.isEmpty ? "" : ".\(ending)"))
    let store = TinyModel.store(TinyModel.fixtures, folder.file("place"))
    #expect(try store.renderer(for: recipe).frame(0) == frame)
  }

  @Test("noise and embeddings that have changed are refused, too")
  func arrays() throws {
    let zeros = { (count: Int) in [Float](repeating: 0.5, count: count) }
    var draft = TinyModel.draft(.image)
    draft.keyFrames = [
      RecipeDraft.KeyFrame(embedding: try folder.write("e.npy", shape: [77, 16], zeros(77 * 16)))
    ]
    draft.noise = try folder.write("n.npy", shape: [4, 6, 6], zeros(144))
    let recipe = try models.recipe(for: draft)
    #expect(throws: Never.self) { try models.renderer(for: recipe) }
    for (name, field) in [("n.npy", "noise"), ("e.npy", "embedding")] {
      try folder.flipBit(in: name, at: 1)
      let found = try FileDigest(of: folder.file(name)).short
      #expect(
        refusal(recipe, models)
          == .otherContents(field: "walk.keyFrames[0].\(field)", path: folder.file(name), found: found))
    }
  }

  @Test(
    "what is no plain file is refused before anything waits for it",
    arguments: ["pipe", "folder", "nowhere", "/dev/zero", "/proc/self/status"])
  func noPlainFile(name: String) throws {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    try folder.make("folder")
    var draft = TinyModel.draft(.image, "a dog")
    let path = name.hasPrefix("/") ? name : folder.file(name)
    draft.noise = FileRequest(path)
    let error = #expect(throws: (any Error).self) { try models.recipe(for: draft) }
    #expect(error.map { "\($0)" }?.contains(path) == true)
  }

  @Test("a file of which a digest is expected must have it", arguments: [10, 64])
  func expected(digits: Int) throws {
    let path = try folder.copy("lora/kohya.safetensors", as: "a.safetensors")
    let sha256 = try FileDigest(of: path)
    var draft = TinyModel.draft(.image, "a dog", model: "sd1")
    let prefix = String(sha256.hexadecimal.prefix(digits))
    draft.loras = [RecipeDraft.LoRA(FileRequest(path, expected: .sha256(prefix: prefix.uppercased())))]
    #expect(try models.recipe(for: draft).model.loras[0].file.sha256 == sha256)
    let wrong = String(prefix.reversed())
    draft.loras = [RecipeDraft.LoRA(FileRequest(path, expected: .sha256(prefix: wrong)))]
    let error = #expect(throws: ModelStoreError.self) { try models.recipe(for: draft) }
    #expect(error?.description.contains(path) == true && error?.description.contains(sha256.short) == true)
  }

  @Test("a model of which the first digits are expected is found by them, whatever its name")
  func expectedModel() throws {
    let sha256 = try models.recipe(for: TinyModel.draft(.image, "a dog")).model.sha256
    var draft = TinyModel.draft(.image, "a dog")
    draft.model = FileRequest("v1-5-pruned", expected: .sha256(prefix: sha256.short))
    #expect(try models.recipe(for: draft).model.name == "two-stages")
    draft.model = FileRequest("two-stages", expected: .sha256(prefix: "0123456789"))
    let error = #expect(throws: ModelStoreError.self) { try models.recipe(for: draft) }
    #expect(error?.description.contains("0123456789") == true)
    #expect(error?.description.contains(sha256.short) == true)
  }
}
