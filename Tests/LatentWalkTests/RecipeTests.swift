import Foundation
import LatentWalk
import Testing

@Suite struct RecipeTests {
  /// A recipe in which nothing has its default value.
  private var unusual: Recipe {
    var recipe = Recipe(
      model: Recipe.ModelReference(name: "modèle", fingerprint: "0123456789abcdef"), walk: .interpolate,
      prompts: ["Ein \"Hund\" \\ im Schnee \u{7F}", "犬と猫 🐈\u{200D}⬛", "line one\nline two\ttab"], width: 640,
      height: 384,
      seed: .max)
    recipe.embedding = Recipe.FileReference(path: "/tmp/größe.npy", fingerprint: "ff")
    recipe.noise = Recipe.FileReference(path: "noise.npy", fingerprint: "00")
    recipe.start = Recipe.Start(
      picture: Recipe.FileReference(path: "photo.jpg", fingerprint: "01"), strength: 0.6)
    recipe.vae = Recipe.FileReference(path: "vae.safetensors", fingerprint: "02")
    recipe.tinyVAE = Recipe.FileReference(path: "taesd", fingerprint: "03")
    recipe.negativePrompt = "naïve"
    recipe.stepSize = -0.1
    recipe.steps = 30
    recipe.guidance = 1.1
    recipe.sampler = .dpmSolverSDE
    recipe.schedule = .keras09
    recipe.rng = .pytorchCUDA
    recipe.frames = 7
    recipe.fps = 29.97
    recipe.rubberBand = true
    return recipe
  }

  @Test("a recipe comes back from its JSON as it was, whatever the prompts' letters")
  func roundTrip() throws {
    #expect(try Recipe(json: unusual.json) == unusual)
  }

  @Test("a recipe's JSON is one line of ASCII that begins with the tool and the schema")
  func ascii() throws {
    let json = try unusual.json
    #expect(json.utf8.allSatisfy { $0 < 128 && $0 >= 32 })
    #expect(json.hasPrefix(#"{"tool":"LatentWalk","schema":1,"recipe":{"#))
    #expect(json.contains(#"\u72ac\u3068\u732b \ud83d\udc08"#))
    #expect(try JSONSerialization.jsonObject(with: Data(json.utf8)) is [String: Any])
  }

  @Test("equal recipes have equal JSON")
  func stable() throws {
    #expect(try unusual.json == unusual.json)
    #expect(try unusual.json != unusual.ofFrames.json)
  }

  @Test("a recipe from before pictures came in is read, and is written as it was")
  func older() throws {
    let json =
      #"{"tool":"LatentWalk","schema":1,"recipe":{"fps":10,"frames":1,"guidance":7.5,"height":12,"model":{"fingerprint":"0123456789abcdef","name":"m"},"negativePrompt":"","prompts":["a dog"],"rng":"pytorch","rubberBand":false,"sampler":"ddim","schedule":"keras","seed":7,"stepSize":0.002,"steps":25,"walk":"image","width":12}}"#
    let recipe = try Recipe(json: json)
    #expect(recipe.start == nil && recipe.vae == nil && recipe.tinyVAE == nil)
    #expect(try recipe.json == json)
  }

  @Test("a recipe of another schema is refused, and the sentence names it")
  func otherSchema() throws {
    let later = try unusual.json.replacingOccurrences(of: #""schema":1"#, with: #""schema":2"#)
    #expect(throws: RecipeError.otherVersion(tool: "LatentWalk", schema: 2)) { try Recipe(json: later) }
    #expect(RecipeError.otherVersion(tool: "LatentWalk", schema: 2).description.contains("schema 2"))
  }

  @Test(
    "what is no recipe is refused as such",
    arguments: ["", "no JSON", "{}", "[1]", #"{"tool":"LatentWalk","schema":1,"recipe":{}}"#])
  func unreadable(text: String) {
    let error = #expect(throws: RecipeError.self) { try Recipe(json: text) }
    #expect(error?.description.hasPrefix("This is not a recipe of LatentWalk: ") == true)
    #expect(error?.description.contains("Error") == false)
  }

  @Test("recipes that differ only in how their frames play share their frames")
  func ofFrames() {
    var faster = unusual
    faster.fps = 5
    faster.rubberBand = false
    #expect(faster.ofFrames == unusual.ofFrames)
    var longer = unusual
    longer.frames += 1
    #expect(longer.ofFrames != unusual.ofFrames)
  }

  @Test("with a rubber band the frames play there and back again")
  func playingOrder() {
    var recipe = TinyModel.recipe(.circle, "a dog")
    recipe.frames = 4
    #expect(recipe.playingOrder == [0, 1, 2, 3])
    recipe.rubberBand = true
    #expect(recipe.playingOrder == [0, 1, 2, 3, 2, 1])
  }

  @Test("a picture has one frame, whatever the number of frames says")
  func stillFrames() {
    #expect(TinyModel.recipe(.image, "a dog").path.frameCount == 1)
  }

  @Test("a model is known by its last folder and by what its files hold")
  func modelReference() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      let copy = folder.file(name)
      try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: TinyModel.path("two-stages"), toPath: copy + "/model")
    }
    let (a, b) = (folder.file("a/model"), folder.file("b/model"))
    let reference = Recipe.ModelReference(folder: a)
    #expect(reference.name == "model")
    #expect(reference == Recipe.ModelReference(folder: b))
    #expect(reference == Recipe.ModelReference(folder: b + "/"))

    let weights = b + "/unet/diffusion_pytorch_model.safetensors"
    var bytes = try bytes(weights)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: weights))
    #expect(reference != Recipe.ModelReference(folder: b))
  }
}
