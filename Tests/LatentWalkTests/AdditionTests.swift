import Foundation
import LatentWalk
import StableDiffusion
import TestFolders
import Testing

/// What recipes say about LoRA files, learned words and the reading of prompts, and what the renderer makes of it.
@Suite struct AdditionTests {
  private static let fixtures = TinyModel.fixtures

  @Test("a recipe with adapters comes back from its JSON, and one without them has none")
  func roundTrip() throws {
    var draft = TinyModel.draft(.image, "a dog")
    let plain = try TinyModel.recipe(draft)
    #expect(plain.model.loras.isEmpty && plain.model.textualInversions.isEmpty)
    #expect(plain.settings.promptSyntax == .clip && plain.settings.clipSkip == 1)
    #expect(try Recipe(json: plain.json) == plain)

    draft.loras = [RecipeDraft.LoRA(FileRequest("\(Self.fixtures)/lora/kohya.safetensors"), weight: 0.5)]
    draft.textualInversions = [
      RecipeDraft.TextualInversion(FileRequest("\(Self.fixtures)/prompts/wide.safetensors"), token: "<w>")
    ]
    draft.promptReading = PromptReading(syntax: .a1111, clipSkip: 2)
    let recipe = try TinyModel.recipe(draft)
    #expect(try Recipe(json: recipe.json) == recipe)
    #expect(recipe.model.textualInversions.map(\.token) == ["<w>"])
    #expect(recipe.settings.promptSyntax == .a1111 && recipe.settings.clipSkip == 2)
    #expect(try recipe.json.contains(#""weight":0.5"#))
  }

  @Test("another weight, file, word, syntax or layer is another recipe, whose frames are not mixed")
  func identities() throws {
    let folder = try TemporaryFolder()
    let file = FileRequest(try folder.write("a", "one"))
    let plain = TinyModel.draft(.image, "a dog")
    var recipes = [try TinyModel.recipe(plain)]
    func add(_ edit: (inout RecipeDraft) -> Void) throws {
      var draft = plain
      edit(&draft)
      recipes.append(try TinyModel.recipe(draft))
    }
    for weight in [0.5, 0.6] { try add { $0.loras = [RecipeDraft.LoRA(file, weight: weight)] } }
    try folder.write("a", "two")
    try add { $0.loras = [RecipeDraft.LoRA(file, weight: 0.5)] }
    try add { $0.textualInversions = [RecipeDraft.TextualInversion(file)] }
    try add { $0.textualInversions = [RecipeDraft.TextualInversion(file, token: "<x>")] }
    try add { $0.promptReading.syntax = .a1111 }
    try add { $0.promptReading.clipSkip = 2 }
    #expect(Set(recipes).count == recipes.count)
    _ = try FrameDirectory(path: folder.file("frames"), for: recipes[1])
    for recipe in recipes where recipe != recipes[1] {
      #expect(!recipe.hasSameFrames(as: recipes[1]))
      #expect(throws: RenderError.otherRecipe(directory: folder.file("frames"))) {
        try FrameDirectory(path: folder.file("frames"), for: recipe)
      }
    }
  }

  @Test(
    "a walk between prompts of different lengths mixes embeddings of one length, with a short negative prompt"
  )
  func unequalLengths() throws {
    var draft = TinyModel.draft(.interpolate, "a (dog:1.2)", "a cat BREAK an owl BREAK hats", model: "sd1")
    (draft.width, draft.height, draft.steps) = (64, 64, 2)
    draft.promptReading.syntax = .a1111
    let renderer = try TinyModel.renderer(draft, batch: 2)
    let frames = try renderer.frames([0, 1, 4])
    #expect(Set(frames.values.map(\.latents)).count == 3)
    #expect(try TinyModel.renderer(draft, batch: 1).frame(1) == frames[1])
    // The last frame is the longest prompt's own picture.
    draft.kind = .image
    draft.keyFrames = [RecipeDraft.KeyFrame(prompt: "a cat BREAK an owl BREAK hats")]
    #expect(try TinyModel.renderer(draft).frame(0) == frames[4])
    // A negative prompt of other length leads elsewhere.
    draft.negativePrompt = "a hat BREAK a dog"
    #expect(try TinyModel.renderer(draft).frame(0) != frames[4])
  }

  @Test("an embedding of several chunks from a file gives the prompt's picture")
  func longEmbedding() throws {
    let (folder, prompt) = (try TemporaryFolder(), "a dog BREAK (a cat:1.3)")
    var draft = TinyModel.draft(.image, prompt)
    draft.promptReading.syntax = .a1111
    let prompted = try TinyModel.renderer(draft).frame(0)
    let embedding = try TinyModel.tokens(prompt, reading: draft.promptReading)
    draft.keyFrames[0].prompt = nil
    draft.keyFrames[0].embedding = try folder.write("embedding.npy", shape: [154, 16], embedding.values)
    #expect(try TinyModel.renderer(draft).frame(0) == prompted)
    draft.keyFrames[0].embedding = try folder.write(
      "odd.npy", shape: [100, 16], [Float](repeating: 0, count: 1600))
    #expect(throws: RenderError.self) { try TinyModel.renderer(draft) }
  }

  @Test("more skipped layers than there are is refused with those that can be")
  func clipSkip() throws {
    var draft = TinyModel.draft(.image, "a dog", model: "sd1")
    (draft.width, draft.height) = (64, 64)
    draft.promptReading.clipSkip = 4
    let error = #expect(throws: RenderError.self) { try TinyModel.renderer(draft) }
    #expect(error?.description.contains("has 3 layers; choose 1 (the last) to 3") == true)
  }
}
