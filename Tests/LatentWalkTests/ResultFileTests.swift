import Foundation
import LatentWalk
import Media
import StableDiffusion
import TestFolders
import Testing

/// What results say of how they were made: recipes in PNG, GIF and JSON, also those of schema 1.
@Suite struct ResultFileTests {
  private static let results = TinyModel.path("results")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func draft(_ name: String) throws -> RecipeDraft {
    let result = try ResultFile(path: "\(Self.results)/\(name)")
    guard case .draft(let draft) = result.contents else { throw NoDraft() }
    return draft
  }

  private struct NoDraft: Error {}

  @Test("a picture of schema 1 is read as a draft, and rendered again bit by bit")
  func schema1Image() throws {
    let path = Self.results + "/schema-1-image.png"
    let result = try ResultFile(path: path)
    #expect(result.program == "LatentWalk" && result.frame == nil && result.unsupported.isEmpty)
    var expected = TinyModel.draft(.image, "a dog")
    expected.model = FileRequest("two-stages", expected: .fingerprint("dc89e05f11d950c1"))
    (expected.schedule, expected.frames) = (.keras, 1)
    #expect(try draft("schema-1-image.png") == expected)
    let recipe = try result.recipe(with: TinyModel.models)
    #expect(try recipe == TinyModel.recipe(TinyModel.draft(.image, "a dog")))
    #expect(try TinyModel.renderer(recipe).frame(0)?.picture == Picture(pngFile: path))
  }

  @Test("a text of schema 1 alone is no recipe, and the sentence says what reads it")
  func schema1Text() throws {
    let text = try #require(try recipeText(inFile: Self.results + "/schema-1-image.png"))
    let error = #expect(throws: RecipeError.self) { try Recipe(json: text) }
    #expect(error?.description.contains("read its file with ResultFile") == true)
  }

  @Test("a frame of a walk of schema 1 gives the frame again, and the whole walk")
  func schema1Frame() throws {
    let path = Self.results + "/schema-1-frame.png"
    let result = try ResultFile(path: path)
    var draft = TinyModel.draft(.circle, "a dog")
    (draft.fps, draft.pingPong, draft.guidance, draft.negativePrompt) = (8, true, 4, "a cat")
    (draft.sampler, draft.schedule) = (.eulerAncestral, .trailing)
    let recipe = try result.recipe(with: TinyModel.models)
    #expect(try recipe == TinyModel.recipe(draft))
    #expect(try TinyModel.renderer(recipe).frame(3)?.picture == Picture(pngFile: path))
  }

  @Test("walks of schema 1 become the recipes of the same settings")
  func schema1Walks() throws {
    var walk = TinyModel.draft(.walk, "a dog")
    (walk.stepSize, walk.steps, walk.frames, walk.rng) = (-0.25, 2, 3, .numpy)
    var interpolation = TinyModel.draft(.interpolate, "a (dog:1.2)", "a cat BREAK an owl")
    (interpolation.steps, interpolation.frames, interpolation.width) = (2, 4, 20)
    interpolation.promptReading.syntax = .a1111
    interpolation.packing.convolution = .direct
    for (name, draft) in [("walk", walk), ("interpolate", interpolation)] {
      let result = try ResultFile(path: "\(Self.results)/schema-1-\(name).gif")
      #expect(try result.recipe(with: TinyModel.models) == TinyModel.recipe(draft), "\(name)")
    }
  }

  @Test("a result of schema 1 whose model is another is refused")
  func schema1OtherModel() throws {
    try folder.copy("two-stages", as: "two-stages")
    let models = TinyModel.store(folder.path)
    let result = try ResultFile(path: Self.results + "/schema-1-image.png")
    #expect(throws: Never.self) { try result.recipe(with: models) }
    try folder.flipBit(in: "two-stages/unet/diffusion_pytorch_model.safetensors")
    let error = #expect(throws: ModelStoreError.self) { try result.recipe(with: models) }
    #expect(error?.description.contains(folder.file("two-stages")) == true)
  }

  @Test("a result carries its recipe, and its frames their numbers")
  func carried() throws {
    let recipe = try TinyModel.recipe(TinyModel.draft(.circle, "a dog"))
    let picture = try #require(try TinyModel.renderer(recipe).frame(3)).picture
    let paths = ["plain.png", "frame.png"].map { folder.file($0) }
    try picture.writePNG(to: paths[0], recipe: recipe.json)
    try picture.writePNG(to: paths[1], recipe: recipe.json(ofFrame: 3))
    for (path, frame) in zip(paths, [nil, 3]) {
      let result = try ResultFile(path: path)
      guard case .recipe(recipe) = result.contents else { return #expect(Bool(false), "\(path)") }
      #expect(result.frame == frame)
      #expect(try result.recipe(with: TinyModel.store("/nowhere")) == recipe, "No model is needed to read.")
    }
  }

  @Test("a recipe is a file of its own, too, with a line's end")
  func json() throws {
    let recipe = try Unusual.interpolation.recipe
    let path = try folder.write("recipe.json", recipe.json + "\n")
    let result = try ResultFile(path: path)
    guard case .recipe(recipe) = result.contents else { return #expect(Bool(false)) }
    #expect(
      try ResultFile(path: folder.write("again.json", result.json)).recipe(with: TinyModel.models) == recipe)
  }

  @Test("the summary of a result names all that made it")
  func summary() throws {
    let path = try folder.write("recipe.json", Unusual.interpolation.recipe.json(ofFrame: 2))
    let text = try ResultFile(path: path).summary.joined(separator: "\n")
    for part in [
      "LatentWalk", "frame 2", "modèle", "0000000000", "größe.safetensors", "-0.75", "owl.pt, <owl>",
      "cat.pt",
      "vae.safetensors", "taesd", "interpolate", "im Schnee", "naïve", "1.1", "30 steps", "dpm++2m-sde",
      "keras-0.9", "/tmp/größe.npy", "noise.npy", "犬と猫", "640 x 360", "pytorch-cuda", "a1111", "clip skip 2",
      "direct", "4", "measured pace", "29.97", "there and back again", "\(UInt64.max)",
    ] {
      #expect(text.contains(part), "\(part) is not in:\n\(text)")
    }
    let image = try folder.write("image.json", Unusual.image.recipe.json)
    let lines = try ResultFile(path: image).summary.joined(separator: "\n")
    #expect(lines.contains("photo.jpg, strength 0.6") && !lines.contains("a second"))
  }

  @Test("a frame's number that its walk does not have is refused", arguments: [-1, 4, Int.min, Int.max])
  func frameNumbers(frame: Int) throws {
    let recipe = try Unusual.interpolation.recipe
    let error = #expect(throws: RecipeError.self) {
      try ResultFile(path: folder.write("recipe.json", recipe.json(ofFrame: frame)))
    }
    #expect(error == .invalid(field: "frame", found: "\(frame)", accepted: "a frame of the walk, 0 to 3"))
    let written = try recipe.json(ofFrame: 3).replacingOccurrences(
      of: #""schema":3,"frame":3"#, with: "\"schema\":3,\"frame\":\(frame)")
    #expect(throws: try #require(error)) { try ResultFile(path: folder.write("recipe.json", written)) }
    #expect(try ResultFile(path: folder.write("recipe.json", recipe.json(ofFrame: 3))).frame == 3)
  }

  @Test("what carries no recipe is refused with a sentence that names the file")
  func nothing() throws {
    let picture = folder.file("picture.png")
    try Picture(width: 2, height: 2, pixels: [UInt8](repeating: 9, count: 12)).writePNG(to: picture)
    #expect(throws: RecipeError.noRecipe(path: picture)) { try ResultFile(path: picture) }
    try folder.make("folder")
    try folder.write("text.txt", "some text")
    try folder.write("empty.json", "")
    try folder.write("cut.png", String(decoding: [0x89], as: UTF8.self) + "PNG")
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    // What a JPEG file begins with.
    try folder.write("photo.jpg", [0xFF, 0xD8, 0xFF, 0xE0] as [UInt8])
    let photo = folder.file("photo.jpg")
    #expect(throws: RecipeError.noRecipe(path: photo)) { try ResultFile(path: photo) }
    for name in ["folder", "text.txt", "empty.json", "cut.png", "pipe", "nowhere.gif"] {
      let error = #expect(throws: (any Error).self, "\(name)") { try ResultFile(path: folder.file(name)) }
      let sentence = error.map { "\($0)" } ?? ""
      #expect(sentence.hasSuffix(".") && !sentence.contains("Error"), "\(name): \(sentence)")
    }
  }
}
