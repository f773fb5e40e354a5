import Foundation
import LatentWalk
import StableDiffusion
import Testing

/// What recipes say about LoRA files, learned words and the reading of prompts, and what the renderer makes of it.
@Suite struct AdditionTests {
  private static let fixtures = TinyModel.fixtures

  @Test("a weight stands behind the last colon, if a number does")
  func weights() throws {
    for (argument, path, weight) in [
      ("a.safetensors", "a.safetensors", 1.0), ("a.safetensors:0.8", "a.safetensors", 0.8), ("a:-1", "a", -1),
      ("dir:1/a:b.safetensors", "dir:1/a:b.safetensors", 1), ("dir:1/a:b:2.5", "dir:1/a:b", 2.5),
      ("a:", "a:", 1),
      (":0.5", ":0.5", 1), ("1:2:3", "1:2", 3), ("a:1e-1", "a", 0.1),
    ] {
      let reference = try Recipe.LoRAReference(argument)
      #expect(reference.file.path == path && reference.weight == weight, "\(argument)")
    }
    for argument in ["a:nan", "a:inf", "a:-infinity"] {
      let error = #expect(throws: RenderError.self) { try Recipe.LoRAReference(argument) }
      #expect(error?.description.contains(argument) == true)
    }
  }

  @Test("a word stands behind the last colon, unless a file is called so")
  func words() throws {
    let folder = try TemporaryFolder()
    try folder.write("a:b", "")
    try folder.write("a", "")
    for (argument, path, token) in [
      ("a", "a", nil), ("a:b", "a:b", nil), ("a:<c>", "a", "<c>"), ("a:b:c", "a:b", "c"), ("x:y", "x:y", nil),
    ] {
      let reference = try Recipe.TextualInversionReference(folder.file(argument))
      #expect(reference.file.path == folder.file(path) && reference.token == token, "\(argument)")
    }
  }

  @Test("a recipe with additions comes back from its JSON, and one without them says nothing of them")
  func roundTrip() throws {
    var recipe = TinyModel.recipe(.image, "a dog")
    let plain = try recipe.json
    for field in ["loras", "textualInversions", "promptSyntax", "clipSkip"] {
      #expect(!plain.contains(field))
    }
    #expect(try Recipe(json: plain) == recipe)
    recipe.promptReading = PromptReading()
    #expect(try recipe.json == plain)

    recipe.loras = [try Recipe.LoRAReference("\(Self.fixtures)/lora/kohya.safetensors:0.5")]
    recipe.textualInversions = [
      try Recipe.TextualInversionReference("\(Self.fixtures)/prompts/wide.safetensors:<w>")
    ]
    recipe.promptReading = PromptReading(syntax: .a1111, clipSkip: 2)
    #expect(try Recipe(json: recipe.json) == recipe)
    #expect(recipe.ofFrames == recipe && recipe.promptReading.clipSkip == 2)
    #expect(try recipe.json.contains(#""weight":0.5"#))
  }

  @Test("another weight, file, word, syntax or layer is another recipe, whose frames are not mixed")
  func fingerprints() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", "one")
    var recipes = [TinyModel.recipe(.image, "a dog")]
    for weight in [0.5, 0.6] {
      var recipe = recipes[0]
      recipe.loras = [try Recipe.LoRAReference("\(folder.file("a")):\(weight)")]
      recipes.append(recipe)
    }
    try folder.write("a", "two")
    var changed = recipes[0]
    changed.loras = [try Recipe.LoRAReference("\(folder.file("a")):0.5")]
    var worded = recipes[0]
    worded.textualInversions = [try Recipe.TextualInversionReference(folder.file("a"))]
    var renamed = worded
    renamed.textualInversions?[0].token = "<x>"
    var weighted = recipes[0]
    weighted.promptReading.syntax = .a1111
    var skipping = recipes[0]
    skipping.promptReading.clipSkip = 2
    recipes += [changed, worded, renamed, weighted, skipping]
    #expect(Set(recipes.map(\.ofFrames)).count == recipes.count)
    _ = try FrameDirectory(path: folder.file("frames"), for: recipes[1])
    for recipe in recipes where recipe != recipes[1] {
      #expect(throws: RenderError.otherRecipe(directory: folder.file("frames"))) {
        try FrameDirectory(path: folder.file("frames"), for: recipe)
      }
    }
  }

  @Test(
    "a walk between prompts of different lengths mixes embeddings of one length, with a short negative prompt"
  )
  func unequalLengths() throws {
    let generator = try TinyModel.generator("sd1")
    var recipe = TinyModel.recipe(.interpolate, "a (dog:1.2)", "a cat BREAK an owl BREAK hats", model: "sd1")
    (recipe.width, recipe.height, recipe.steps) = (64, 64, 2)
    recipe.promptReading.syntax = .a1111
    let renderer = try Renderer(recipe, with: generator, batch: 2)
    let frames = try renderer.frames([0, 1, 4])
    #expect(Set(frames.values.map(\.latents)).count == 3)
    #expect(try Renderer(recipe, with: generator, batch: 1).frame(1) == frames[1])
    // The last frame is the longest prompt's own picture.
    recipe.walk = .image
    recipe.prompts = ["a cat BREAK an owl BREAK hats"]
    #expect(try Renderer(recipe, with: generator).frame(0) == frames[4])
    // A negative prompt of other length leads elsewhere.
    recipe.negativePrompt = "a hat BREAK a dog"
    #expect(try Renderer(recipe, with: generator).frame(0) != frames[4])
  }

  @Test("an embedding of several chunks from a file gives the prompt's picture")
  func longEmbedding() throws {
    let generator = try TinyModel.generator()
    let folder = try TemporaryFolder()
    var recipe = TinyModel.recipe(.image, "a dog BREAK (a cat:1.3)")
    recipe.promptReading.syntax = .a1111
    let prompted = try Renderer(recipe, with: generator).frame(0)
    let embedding = generator.prompts(recipe.prompts[0], reading: recipe.promptReading).embedding
    recipe.prompts = []
    recipe.embedding = try folder.write("embedding.npy", shape: [154, 16], embedding.values)
    #expect(try Renderer(recipe, with: generator).frame(0) == prompted)
    recipe.embedding = try folder.write("odd.npy", shape: [100, 16], [Float](repeating: 0, count: 1600))
    #expect(throws: RenderError.self) { try Renderer(recipe, with: generator) }
  }

  @Test("more skipped layers than there are is refused with those that can be")
  func clipSkip() throws {
    let generator = try TinyModel.generator("sd1")
    var recipe = TinyModel.recipe(.image, "a dog", model: "sd1")
    (recipe.width, recipe.height) = (64, 64)
    for clipSkip in [0, 4, -1] {
      recipe.clipSkip = clipSkip
      let error = #expect(throws: RenderError.self) { try Renderer(recipe, with: generator) }
      #expect(error?.description.contains("has 3 layers; choose 1 (the last) to 3") == true)
    }
  }
}
