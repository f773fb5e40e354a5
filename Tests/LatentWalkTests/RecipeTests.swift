import Files
import Foundation
import LatentWalk
import Sampling
import StableDiffusion
import Tensors
import TestFolders
import Testing
import Walks

/// A recipe comes back from its JSON as it was.
@Suite struct RecipeTests {
  @Test("a recipe comes back from its JSON as it was, whatever the prompts' letters", arguments: Unusual.all)
  func roundTrip(unusual: Unusual) throws {
    #expect(try Recipe(json: unusual.recipe.json) == unusual.recipe)
  }

  @Test("a recipe's JSON is one line of ASCII that begins with the tool and the schema")
  func ascii() throws {
    let json = try Unusual.interpolation.recipe.json
    #expect(json.utf8.allSatisfy { $0 < 128 && $0 >= 32 })
    #expect(json.hasPrefix(#"{"tool":"LatentWalk","schema":3,"recipe":{"#))
    #expect(json.contains(#"\u72ac\u3068\u732b \ud83d\udc08"#))
    #expect(try JSONSerialization.jsonObject(with: Data(json.utf8)) is [String: Any])
  }

  @Test("the JSON of a frame has the frame's number, and is the same recipe")
  func frameJSON() throws {
    let recipe = try Unusual.interpolation.recipe
    let json = try recipe.json(ofFrame: 3)
    #expect(json.hasPrefix(#"{"tool":"LatentWalk","schema":3,"frame":3,"recipe":{"#))
    #expect(try Recipe(json: json) == recipe)
  }

  @Test(
    "equal recipes have equal JSON, and the text does not change with the program; schema 2 is read as well")
  func stable() throws {
    #expect(try Unusual.interpolation.recipe.json == Unusual.interpolation.recipe.json)
    // Written down when schema 2 began, and the same in schema 3: a change of this text makes older results
    // unreadable or different.
    let keyFrame =
      #"{"guidance":7.5,"negativePrompt":"","prompt":"a dog","#
      + #""sampling":{"sampler":"ddim","schedule":"keras","steps":3},"seed":7}"#
    let digest = String(repeating: "0", count: 62) + "ab"
    let expected =
      #"{"tool":"LatentWalk","schema":3,"recipe":{"#
      + #""model":{"loras":[],"name":"m","packing":{"convolution":"winograd"},"sha256":"\#(digest)","#
      + #""textualInversions":[]},"playback":{"fps":10,"pingPong":false},"#
      + #""settings":{"clipSkip":1,"height":12,"promptSyntax":"clip","rng":"pytorch","width":12},"#
      + #""walk":{"keyFrames":[\#(keyFrame)],"kind":"image","timing":{"frameCount":1}}}}"#
    #expect(try Unusual.plain.recipe.json == expected)
    let schema2 = expected.replacingOccurrences(of: #""schema":3"#, with: #""schema":2"#)
    #expect(try Recipe(json: schema2) == Unusual.plain.recipe)
  }

  @Test("a recipe of a later schema, and one of another program, is refused, and the sentence names it")
  func otherSchema() throws {
    for (old, new, tool, schema) in [
      (#""schema":3"#, #""schema":4"#, "LatentWalk", 4),
      (#""tool":"LatentWalk""#, #""tool":"Other""#, "Other", 3),
    ] {
      let folder = try TemporaryFolder()
      let text = try Unusual.plain.recipe.json.replacingOccurrences(of: old, with: new)
      let file = try folder.write("later.json", text)
      let expected = RecipeError.otherVersion(tool: tool, schema: schema)
      #expect(throws: expected) { try ResultFile(path: file) }
      #expect(throws: expected) { try Recipe(json: text) }
      #expect(expected.description.contains("\(tool), schema \(schema)"))
    }
  }

  @Test(
    "what is no recipe is refused as such",
    arguments: ["", "no JSON", "{}", "[1]", #"{"tool":"LatentWalk","schema":3,"recipe":{}}"#])
  func unreadable(text: String) {
    let error = #expect(throws: RecipeError.self) { try Recipe(json: text) }
    #expect(error?.description.hasPrefix("This is not a recipe of LatentWalk: ") == true)
    #expect(error?.description.contains("Error") == false)
  }

  @Test("recipes that differ only in how their frames play share their frames")
  func sameFrames() throws {
    let recipe = try Unusual.interpolation.recipe
    #expect(try recipe.playing(Recipe.Playback(fps: 5, pingPong: false)).hasSameFrames(as: recipe))
    #expect(try !recipe.with { $0.timing = Timing(frameCount: 8) }.hasSameFrames(as: recipe))
  }

  @Test("with ping-pong the frames play there and back again")
  func playingOrder() throws {
    var draft = TinyModel.draft(.circle, "a dog")
    draft.frames = 4
    let walk = try TinyModel.recipe(draft).walk
    #expect(walk.playingOrder(Recipe.Playback(fps: 10, pingPong: false)) == [0, 1, 2, 3])
    #expect(walk.playingOrder(Recipe.Playback(fps: 10, pingPong: true)) == [0, 1, 2, 3, 2, 1])
  }

  @Test("a picture has one frame, whatever the number of frames in its draft")
  func stillFrames() throws {
    #expect(try TinyModel.recipe(TinyModel.draft(.image, "a dog")).walk.timing == Timing(frameCount: 1))
  }
}

/// Recipes in which nothing, or everything, has its default value.
enum Unusual: CaseIterable {
  case interpolation, walk, image, plain
  static let all = Array(allCases)

  static func digest(_ last: String) -> FileDigest {
    FileDigest(hexadecimal: String(repeating: "0", count: 62) + last)!
  }

  static func file(_ path: String, _ last: String) -> Recipe.FileReference {
    Recipe.FileReference(path: path, sha256: digest(last))
  }

  var recipe: Recipe {
    get throws {
      switch self {
      case .interpolation: try interpolation
      case .walk: try walk
      case .image: try image
      case .plain:
        try Recipe(
          model: Recipe.ModelReference(name: "m", sha256: Self.digest("ab")),
          walk: Recipe.Walk(kind: .image, keyFrames: [Self.keyFrame], timing: Timing(frameCount: 1)),
          settings: Recipe.Settings(width: 12, height: 12, rng: .pytorch, promptSyntax: .clip, clipSkip: 1),
          playback: Recipe.Playback(fps: 10, pingPong: false))
      }
    }
  }

  private static let keyFrame = Recipe.KeyFrame(
    prompt: "a dog", negativePrompt: "", guidance: 7.5,
    sampling: Recipe.Sampling(sampler: .ddim, schedule: .keras, steps: 3), seed: 7)

  private static var model: Recipe.ModelReference {
    var model = Recipe.ModelReference(name: "modèle", sha256: digest("01"), companions: digest("02"))
    model.loras = [Recipe.LoRAReference(file: file("größe.safetensors", "03"), weight: -0.75)]
    model.textualInversions = [
      Recipe.TextualInversionReference(file: file("owl.pt", "04"), token: "<owl>"),
      Recipe.TextualInversionReference(file: file("cat.pt", "05"), token: nil),
    ]
    (model.vae, model.tinyVAE) = (file("vae.safetensors", "06"), file("taesd", "07"))
    model.packing = Packing(convolution: .direct)
    return model
  }

  private static let settings = Recipe.Settings(
    width: 640, height: 360, rng: .pytorchCUDA, promptSyntax: .a1111, clipSkip: 2)

  private static let timing = Timing(
    frameCount: 4,
    knots: [
      Timing.Knot(frame: 0, position: 0, easing: .smooth),
      Timing.Knot(frame: 1.5, position: 1.25, easing: Easing(controls: [0.1, 0.2, 0.3, 1])),
      Timing.Knot(frame: 2, position: 1.25), Timing.Knot(frame: 3, position: 2),
    ], measured: Timing.Measured(extra: 0.3, positions: [0, 0.1, 1.75, 2]))

  private var interpolation: Recipe {
    get throws {
      let first = Recipe.KeyFrame(
        prompt: "Ein \"Hund\" \\ im Schnee \u{7F}", negativePrompt: "naïve", guidance: 1.1,
        sampling: Recipe.Sampling(sampler: .dpmSolverSDE, schedule: .keras09, steps: 30), seed: .max)
      var second = Recipe.KeyFrame(
        embedding: Self.file("/tmp/größe.npy", "08"), negativePrompt: "line one\nline two\ttab", guidance: -2,
        sampling: Recipe.Sampling(sampler: .heun, schedule: .trailing, steps: 7), seed: 0)
      second.noise = Self.file("noise.npy", "09")
      let third = Recipe.KeyFrame(
        prompt: "犬と猫 🐈\u{200D}⬛", negativePrompt: "", guidance: 7.5,
        sampling: Recipe.Sampling(sampler: .lcm, schedule: .trailing, steps: 4), seed: 1)
      return try Recipe(
        model: Self.model,
        walk: Recipe.Walk(
          kind: .interpolate, keyFrames: [first, second, third],
          timing: Self.timing), settings: Self.settings,
        playback: Recipe.Playback(fps: 29.97, pingPong: true))
    }
  }

  private var walk: Recipe {
    get throws {
      try Recipe(
        model: Self.model,
        walk: Recipe.Walk(
          kind: .walk, keyFrames: [Self.keyFrame], timing: Timing(frameCount: 7), stepSize: -0.1),
        settings: Self.settings, playback: Recipe.Playback(fps: 0.01, pingPong: true))
    }
  }

  private var image: Recipe {
    get throws {
      var keyFrame = Self.keyFrame
      keyFrame.start = Recipe.Start(picture: Self.file("photo.jpg", "0a"), strength: 0.6)
      return try Recipe(
        model: Self.model,
        walk: Recipe.Walk(kind: .image, keyFrames: [keyFrame], timing: Timing(frameCount: 1)),
        settings: Self.settings, playback: Recipe.Playback(fps: 1000, pingPong: false))
    }
  }
}
