import Foundation
import LatentWalk
import Sampling
import StableDiffusion
import TestFolders
import Testing
import Walks

/// A recipe that exists is valid: whatever is not accepted is an error that names its field, both when a recipe is made
/// and when it is decoded.
@Suite struct RecipeValidationTests {
  @Test("a field that is not accepted is named when a recipe is made", arguments: InvalidField.all)
  func made(invalid: InvalidField) throws {
    var parts = Parts(try invalid.valid.recipe)
    #expect(throws: Never.self) { try parts.recipe() }
    invalid.edit(&parts)
    let error = #expect(throws: RecipeError.self) { try parts.recipe() }
    #expect(error?.field == invalid.field)
    #expect(error?.description.hasPrefix("The recipe's \(invalid.field) is ") == true)
    #expect(error?.description.contains("; choose ") == true)
  }

  @Test("a field that is not accepted is named when a recipe is decoded", arguments: InvalidField.all)
  func decoded(invalid: InvalidField) throws {
    var parts = Parts(try invalid.valid.recipe)
    #expect(throws: Never.self) { try Recipe(json: parts.json) }
    invalid.edit(&parts)
    // JSON has no NaN and no infinity.
    guard let json = try? parts.json else { return #expect(invalid.isNotFinite) }
    let error = #expect(throws: RecipeError.self) { try Recipe(json: json) }
    #expect(error?.field == invalid.field, "\(error.map { "\($0)" } ?? "")")
  }

  @Test(
    "numbers that JSON cannot say, or that do not fit, are refused as unreadable, with their field",
    arguments: [
      (#""guidance":7.5"#, #""guidance":NaN"#), (#""guidance":7.5"#, #""guidance":1e999"#),
      (#""guidance":7.5"#, #""guidance":"7.5""#), (#""seed":7"#, #""seed":-1"#),
      (#""seed":7"#, #""seed":0.5"#),
      (#""seed":7"#, #""seed":18446744073709551616"#), (#""frameCount":1"#, #""frameCount":1e30"#),
      (#""width":12"#, #""width":null"#), (#""kind":"image""#, #""kind":"photo""#),
      (#""sampler":"ddim""#, #""sampler":"dim""#), (#""sha256":"00"#, #""sha256":"0"#),
    ])
  func unreadableNumbers(old: String, new: String) throws {
    let json = try Unusual.plain.recipe.json
    let changed = json.replacingOccurrences(of: old, with: new)
    #expect(changed != json)
    let error = #expect(throws: RecipeError.self) { try Recipe(json: changed) }
    guard case .unreadable = error else { return #expect(Bool(false), "\(error.map { "\($0)" } ?? "")") }
  }

  @Test("a recipe whose JSON is cut anywhere is refused")
  func cut() throws {
    let json = try Unusual.interpolation.recipe.json
    for length in 0..<json.utf8.count {
      #expect(throws: RecipeError.self, "\(length)") { try Recipe(json: String(json.utf8.prefix(length))!) }
    }
  }

  @Test("a draft with a value that is not accepted is refused with the field's name")
  func drafts() throws {
    for (field, edit) in [
      ("walk.timing.frameCount", { $0.frames = 0 }), ("walk.timing.frameCount", { $0.frames = -5 }),
      ("walk.keyFrames", { $0.keyFrames = [] }), ("walk.keyFrames", { $0.keyFrames += $0.keyFrames }),
      ("walk.keyFrames[0].guidance", { $0.guidance = .nan }),
      ("walk.keyFrames[0].sampling.steps", { $0.steps = 0 }),
      ("walk.keyFrames[0].sampling.schedule", { ($0.sampler, $0.schedule) = (.lcm, .karras) }),
      ("walk.keyFrames[0].seed", { ($0.rng, $0.seed) = (.numpy, 1 << 32) }),
      ("settings.width", { $0.width = 0 }), ("settings.height", { $0.height = -8 }),
      ("settings.clipSkip", { $0.promptReading.clipSkip = 0 }), ("playback.fps", { $0.fps = .nan }),
    ] as [(String, (inout RecipeDraft) -> Void)] {
      var draft = TinyModel.draft(.circle, "a dog")
      edit(&draft)
      let error = #expect(throws: RecipeError.self, "\(field)") { try TinyModel.recipe(draft) }
      #expect(error?.field == field)
    }
  }

  @Test("a draft without a seed gets one that the generator of its random numbers takes, and a size")
  func drawnSeed() throws {
    for rng in NoiseGenerator.allCases {
      var draft = RecipeDraft(.image, prompts: ["a dog"])
      (draft.model, draft.rng) = (FileRequest("two-stages"), rng)
      let (one, other) = (try TinyModel.recipe(draft), try TinyModel.recipe(draft))
      #expect(one.walk.keyFrames[0].seed != other.walk.keyFrames[0].seed)
      #expect((one.settings.width, one.settings.height) == (12, 12))
    }
  }
}

/// The parts of a recipe before they are checked.
struct Parts: Encodable {
  var model: Recipe.ModelReference
  var walk: Recipe.Walk
  var settings: Recipe.Settings
  var playback: Recipe.Playback

  init(_ recipe: Recipe) {
    (model, walk, settings, playback) = (recipe.model, recipe.walk, recipe.settings, recipe.playback)
  }

  func recipe() throws -> Recipe {
    try Recipe(model: model, walk: walk, settings: settings, playback: playback)
  }

  var json: String {
    get throws {
      let recipe = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
      return #"{"tool":"LatentWalk","schema":3,"recipe":\#(recipe)}"#
    }
  }
}

/// A change that makes a valid recipe invalid, and the field that is to be named.
struct InvalidField: Sendable, CustomTestStringConvertible {
  let field: String
  let valid: Unusual
  let isNotFinite: Bool
  let edit: @Sendable (inout Parts) -> Void

  init(
    _ field: String, _ valid: Unusual, isNotFinite: Bool = false,
    _ edit: @escaping @Sendable (inout Parts) -> Void
  ) {
    (self.field, self.valid, self.isNotFinite, self.edit) = (field, valid, isNotFinite, edit)
  }

  var testDescription: String { field }

  static let all: [InvalidField] = files + settings + walks + timings + parts + keyFrames

  private static let files = [
    InvalidField("model.name", .plain) { $0.model.name = "" },
    InvalidField("model.loras[0].weight", .walk, isNotFinite: true) { $0.model.loras[0].weight = .nan },
    InvalidField("model.loras[0].path", .walk) { $0.model.loras[0].file.path = "" },
    InvalidField("model.tinyVAE.path", .walk) { $0.model.tinyVAE?.path = "" },
    InvalidField("walk.keyFrames[1].noise.path", .interpolation) { $0.walk.keyFrames[1].noise?.path = "" },
  ]

  private static let settings = [
    InvalidField("settings.width", .plain) { $0.settings.width = 0 },
    InvalidField("settings.width", .plain) { $0.settings.width = .max },
    InvalidField("settings.height", .plain) { $0.settings.height = -64 },
    InvalidField("settings.height", .plain) { $0.settings.height = .min },
    InvalidField("settings.clipSkip", .plain) { $0.settings.clipSkip = 0 },
    InvalidField("settings.clipSkip", .plain) { $0.settings.clipSkip = -1 },
    InvalidField("playback.fps", .plain, isNotFinite: true) { $0.playback.fps = .nan },
    InvalidField("playback.fps", .plain, isNotFinite: true) { $0.playback.fps = .infinity },
    InvalidField("playback.fps", .plain) { $0.playback.fps = 0 },
    InvalidField("playback.fps", .plain) { $0.playback.fps = -10 },
  ]

  private static let walks = [
    InvalidField("walk.keyFrames", .plain) { $0.walk.keyFrames = [] },
    InvalidField("walk.keyFrames", .plain) { $0.walk.keyFrames += $0.walk.keyFrames },
    InvalidField("walk.keyFrames", .walk) { $0.walk.keyFrames += $0.walk.keyFrames },
    InvalidField("walk.keyFrames", .interpolation) { $0.walk.keyFrames.removeLast(2) },
    InvalidField("walk.keyFrames", .interpolation) { $0.walk.keyFrames = [] },
    InvalidField("walk.keyFrames", .plain) { parts in
      (parts.walk.kind, parts.walk.keyFrames) = (.circle, parts.walk.keyFrames + parts.walk.keyFrames)
    },
    InvalidField("walk.timing.frameCount", .plain) { $0.walk.timing = Timing(frameCount: 2) },
    InvalidField("walk.timing.frameCount", .plain) { $0.walk.timing = Timing(frameCount: 0) },
    InvalidField("walk.timing.frameCount", .walk) { $0.walk.timing = Timing(frameCount: 0) },
    InvalidField("walk.timing.frameCount", .walk) { $0.walk.timing = Timing(frameCount: .min) },
    InvalidField("walk.timing.frameCount", .interpolation) { $0.walk.timing = Timing(frameCount: .max) },
    InvalidField("walk.timing.frameCount", .walk) { $0.walk.timing = Timing(frameCount: 0, knots: []) },
    InvalidField("walk.stepSize", .walk) { $0.walk.stepSize = nil },
    InvalidField("walk.stepSize", .walk, isNotFinite: true) { $0.walk.stepSize = .nan },
    InvalidField("walk.stepSize", .interpolation) { $0.walk.stepSize = 0.1 },
  ]

  private static let timings = [
    InvalidField("walk.timing.knots", .interpolation) { $0.walk.timing = Timing(frameCount: 4, knots: []) },
    InvalidField("walk.timing.knots[1].position", .interpolation) { $0.setKnots([(0, 0), (3, 2.001)]) },
    InvalidField("walk.timing.knots[0].position", .interpolation) { $0.setKnots([(0, -0.1), (3, 2)]) },
    InvalidField("walk.timing.knots[1].position", .interpolation, isNotFinite: true) { parts in
      parts.setKnots([(0, 0), (3, .nan)])
    },
    InvalidField("walk.timing.knots[1].frame", .interpolation, isNotFinite: true) { parts in
      parts.setKnots([(0, 0), (.infinity, 2)])
    },
    InvalidField("walk.timing.knots[0].frame", .interpolation, isNotFinite: true) { parts in
      parts.setKnots([(.nan, 0), (3, 2)])
    },
    InvalidField("walk.timing.knots[2].frame", .interpolation) { $0.setKnots([(0, 0), (2, 1), (2, 2)]) },
    InvalidField("walk.timing.knots[1].frame", .interpolation) { $0.setKnots([(2, 0), (1, 1)]) },
    InvalidField("walk.timing.knots[0].position", .walk) { $0.setKnots([(0, 6.5)]) },
    InvalidField("walk.timing.measured.knots", .interpolation) { $0.setMeasured(extra: 0.3, []) },
    InvalidField("walk.timing.measured.knots[2].position", .interpolation) { parts in
      parts.setMeasured(extra: 0.3, [0, 0.5, 2.001, 2])
    },
    InvalidField("walk.timing.measured.knots[1].position", .interpolation) { parts in
      parts.setMeasured(extra: 0.3, [0, -0.1, 1, 2])
    },
  ]

  /// What belongs to one kind of walk.
  private static let parts = [
    InvalidField("walk.drift", .plain) { parts in
      parts.walk.drift = Recipe.Drift(space: .noise, legs: 1, angle: 0.1, spread: 0)
    },
    InvalidField("walk.drift", .plain) { $0.walk.kind = .drift },
    InvalidField("walk.loop", .walk) { $0.walk.loop = Recipe.Loop(radius: 0.3, harmonics: 1) },
    InvalidField("walk.grid", .interpolation) { $0.walk.grid = Recipe.Grid(columns: 2, rows: 2) },
    InvalidField("walk.isClosed", .walk) { $0.walk.isClosed = true },
    InvalidField("walk.between", .plain) { $0.walk.between = Recipe.Between(blend: 0.5) },
    InvalidField("walk.drift.legs", .plain) { $0.setDrift(legs: -1) },
    InvalidField("walk.drift.legs", .plain) { $0.setDrift(legs: .max) },
    InvalidField("walk.drift.angle", .plain) { $0.setDrift(angle: 1.6) },
    InvalidField("walk.drift.angle", .plain, isNotFinite: true) { $0.setDrift(angle: .nan) },
    InvalidField("walk.drift.spread", .plain) { $0.setDrift(spread: -0.1) },
    InvalidField("walk.drift.spread", .plain, isNotFinite: true) { $0.setDrift(spread: .infinity) },
    InvalidField("walk.loop.radius", .plain) { $0.setLoop(radius: 1.1) },
    InvalidField("walk.loop.radius", .plain) { $0.setLoop(radius: -0.1) },
    InvalidField("walk.loop.harmonics", .plain) { $0.setLoop(harmonics: 0) },
    InvalidField("walk.loop.harmonics", .plain) { $0.setLoop(harmonics: .max) },
    InvalidField("walk.grid.columns", .interpolation) { $0.setGrid(columns: 0) },
    InvalidField("walk.grid.columns", .interpolation) { $0.setGrid(columns: .max) },
    InvalidField("walk.grid.rows", .interpolation) { $0.setGrid(rows: -2) },
    InvalidField("walk.between.blend", .interpolation) { $0.walk.between = Recipe.Between(blend: 1) },
    InvalidField("walk.between.blend", .interpolation) { $0.walk.between = Recipe.Between(blend: -0.1) },
    InvalidField("walk.between.bridges[1]", .interpolation) { $0.setBridges([(0.1, 0.9), (0.9, 1.1)]) },
    InvalidField("walk.between.bridges[0]", .interpolation) { $0.setBridges([(0.5, 0.5)]) },
    InvalidField("walk.between.bridges[0]", .interpolation) { $0.setBridges([(1.5, 2.5)]) },
    InvalidField("walk.between.bridges[0]", .interpolation) { $0.setBridges([(2, 3)]) },
    InvalidField("walk.between.bridges[0]", .interpolation) { $0.setBridges([(-0.5, 0)]) },
    InvalidField("walk.between.bridges[0]", .interpolation, isNotFinite: true) { parts in
      parts.setBridges([(.nan, 1)])
    },
    InvalidField("playback.sheetColumns", .plain) { $0.playback.sheetColumns = 0 },
    InvalidField("playback.sound.path", .plain) { $0.playback.sound = Unusual.file("", "0b") },
  ]

  private static let keyFrames = [
    InvalidField("walk.keyFrames[0].seeds", .plain) { $0.walk.keyFrames[0].seeds = [] },
    InvalidField("walk.keyFrames[0].seeds[1].weight", .plain) { $0.setSeeds([(1, 1), (2, 0)]) },
    InvalidField("walk.keyFrames[0].seeds[0].weight", .plain, isNotFinite: true) { parts in
      parts.setSeeds([(1, .nan)])
    },
    InvalidField("walk.keyFrames[0].seeds[1].seed", .plain) { parts in
      parts.settings.rng = .numpy
      parts.setSeeds([(1, 1), (1 << 32, 1)])
    },
    InvalidField("walk.keyFrames[0].sampling.sampler", .interpolation) { parts in
      parts.walk.keyFrames[0].picture = Unusual.file("cat.png", "0c")
    },
    InvalidField("walk.keyFrames[0].picture.path", .plain) { parts in
      parts.walk.keyFrames[0].picture = Unusual.file("", "0c")
    },
    InvalidField("walk.keyFrames[0]", .plain) { $0.walk.keyFrames[0].prompt = nil },
    InvalidField("walk.keyFrames[2]", .interpolation) { $0.walk.keyFrames[2].prompt = nil },
    InvalidField("walk.keyFrames[1]", .interpolation) { $0.walk.keyFrames[1].prompt = "a dog" },
    InvalidField("walk.keyFrames[0].guidance", .plain, isNotFinite: true) { parts in
      parts.walk.keyFrames[0].guidance = .nan
    },
    InvalidField("walk.keyFrames[1].guidance", .interpolation, isNotFinite: true) { parts in
      parts.walk.keyFrames[1].guidance = -.infinity
    },
    InvalidField("walk.keyFrames[0].sampling.steps", .plain) { $0.walk.keyFrames[0].sampling.steps = 0 },
    InvalidField("walk.keyFrames[0].sampling.steps", .plain) { $0.walk.keyFrames[0].sampling.steps = 1001 },
    InvalidField("walk.keyFrames[2].sampling.schedule", .interpolation) { parts in
      parts.walk.keyFrames[2].sampling.schedule = .keras
    },
    InvalidField("walk.keyFrames[0].seed", .interpolation) { $0.settings.rng = .numpy },
    InvalidField("walk.keyFrames[0].seed", .plain) { parts in
      (parts.settings.rng, parts.walk.keyFrames[0].seed) = (.numpy, 1 << 32)
    },
    InvalidField("walk.keyFrames[0].start.strength", .image) { parts in
      parts.walk.keyFrames[0].start?.strength = 2
    },
    InvalidField("walk.keyFrames[0].start.strength", .image) { parts in
      parts.walk.keyFrames[0].start?.strength = -0.1
    },
    InvalidField("walk.keyFrames[0].start.strength", .image, isNotFinite: true) { parts in
      parts.walk.keyFrames[0].start?.strength = .nan
    },
    InvalidField("walk.keyFrames[0].start", .walk) { parts in
      let picture = Unusual.file("photo.jpg", "0a")
      parts.walk.keyFrames[0].start = Recipe.Start(picture: picture, strength: 0.5)
    },
  ]
}

/// Edits that several invalid fields need.
extension Parts {
  fileprivate mutating func setKnots(_ knots: [(frame: Double, position: Double)]) {
    walk.timing = Timing(
      frameCount: 4, knots: knots.map { Timing.Knot(frame: $0.frame, position: $0.position) })
  }

  fileprivate mutating func setMeasured(extra: Double, _ positions: [Double]) {
    walk.timing = Timing(
      frameCount: 4, measured: Timing.Measured(extra: extra, positions: positions))
  }

  fileprivate mutating func setDrift(legs: Int = 1, angle: Double = 0.1, spread: Double = 0) {
    walk.kind = .drift
    walk.drift = Recipe.Drift(space: .noise, legs: legs, angle: angle, spread: spread)
  }

  fileprivate mutating func setLoop(radius: Double = 0.3, harmonics: Int = 1) {
    walk.kind = .loop
    walk.loop = Recipe.Loop(radius: radius, harmonics: harmonics)
  }

  fileprivate mutating func setGrid(columns: Int = 2, rows: Int = 2) {
    (walk.kind, walk.timing) = (.grid, Timing(frameCount: 4))
    walk.grid = Recipe.Grid(columns: columns, rows: rows)
  }

  fileprivate mutating func setBridges(_ bridges: [(from: Double, to: Double)]) {
    walk.between = Recipe.Between(bridging: .attention)
    walk.between?.bridges = bridges.map { Recipe.Bridge(from: $0.from, to: $0.to, method: .attention) }
  }

  fileprivate mutating func setSeeds(_ seeds: [(seed: UInt64, weight: Double)]) {
    walk.keyFrames[0].seeds = seeds.map { Recipe.WeightedSeed(seed: $0.seed, weight: $0.weight) }
  }
}

extension RecipeError {
  var field: String? { if case .invalid(let field, _, _) = self { field } else { nil } }
}
