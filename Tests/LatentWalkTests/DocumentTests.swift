import Foundation
import LatentWalk
import StableDiffusion
import Tensors
import TestFolders
import Testing
import Walks

/// Walks as documents in YAML and JSON.
@Suite struct DocumentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func draft(_ document: String) throws -> RecipeDraft {
    try RecipeDraft(document: document, file: folder.file("walk.yaml"))
  }

  /// A document in which nothing has its default value.
  static let whole = """
    # A walk.
    walk: interpolate
    model: some/model
    lora: [one.safetensors, 'two.safetensors:-0.5']
    textual-inversion: cat-toy.bin
    vae: vae.safetensors
    tiny-vae: taesd
    convolution: direct
    precision: int16
    prompt-syntax: a1111
    clip-skip: 2
    width: 640
    height: 360
    seed: 18446744073709551615
    rng: pytorch-cuda
    noise: noise.npy
    steps: 30
    guidance: -2.5
    sampler: dpm++2m
    schedule: karras
    negative-prompt: "ugly: #1"
    from: photo.jpg
    strength: 0.6
    interpolation: spherical
    frames: 120
    fps: 29.97
    ping-pong: true
    loop: yes
    sheet-columns: 7
    pace-by: song.wav
    even: 0.25
    bridge: crossFade
    blend: 0.3
    attention: on
    step-size: -0.1
    space: embedding
    angle: 0.1
    turn: 4
    spread: 0.5
    radius: 0.15
    harmonics: 3
    columns: 4
    rows: 3
    key-frames:
      - a dog
      - prompt: a cat
        negative-prompt: blurry
        guidance: 5
        steps: 20
        sampler: euler
        schedule: trailing
        seed: {7: 0.8, 8: -0.2}
        noise: other.npy
        at: 2.5 s
        hold: 12 frames
        easing: [0.1, 0.2, 0.3, 1]
        interpolation: linear
      - {prompt: a photo of an owl, picture: owl.png, after: 30, seed: [1, 2], easing: in}
      - embedding: hat.npy
        seed: 9
    """

  private static var wholeDraft: RecipeDraft {
    var draft = RecipeDraft(.interpolate, prompts: ["a dog", "a cat", "a photo of an owl"])
    draft.model = FileRequest("some/model")
    draft.loras = [
      RecipeDraft.LoRA(FileRequest("one.safetensors")),
      RecipeDraft.LoRA(FileRequest("two.safetensors"), weight: -0.5),
    ]
    draft.textualInversions = [RecipeDraft.TextualInversion(FileRequest("cat-toy.bin"))]
    (draft.vae, draft.tinyVAE) = (FileRequest("vae.safetensors"), FileRequest("taesd"))
    draft.packing = Packing(convolution: .direct, precision: .int16)
    draft.promptReading = PromptReading(syntax: .a1111, clipSkip: 2)
    (draft.width, draft.height, draft.seed, draft.rng) = (640, 360, .max, .pytorchCUDA)
    (draft.noise, draft.steps, draft.guidance) = (FileRequest("noise.npy"), 30, -2.5)
    (draft.sampler, draft.schedule) = (.dpmSolver, .karras)
    (draft.negativePrompt, draft.picture, draft.strength) = ("ugly: #1", FileRequest("photo.jpg"), 0.6)
    (draft.interpolation, draft.frames, draft.fps) = (.spherical, 120, 29.97)
    (draft.pingPong, draft.isLoop, draft.sheetColumns) = (true, true, 7)
    draft.paceBy = FileRequest("song.wav")
    (draft.smoothing.even, draft.smoothing.bridging) = (0.25, .crossFade)
    (draft.smoothing.blend, draft.smoothing.attention) = (0.3, true)
    draft.stepSize = -0.1
    (draft.drift.space, draft.drift.angle, draft.drift.turn) = (.embedding, 0.1, 4)
    draft.drift.spread = 0.5
    (draft.radius, draft.harmonics, draft.grid) = (0.15, 3, Recipe.Grid(columns: 4, rows: 3))
    draft.keyFrames[1].negativePrompt = "blurry"
    (draft.keyFrames[1].guidance, draft.keyFrames[1].steps) = (5, 20)
    (draft.keyFrames[1].sampler, draft.keyFrames[1].schedule) = (.euler, .trailing)
    draft.keyFrames[1].seeds = [
      Recipe.WeightedSeed(seed: 7, weight: 0.8), Recipe.WeightedSeed(seed: 8, weight: -0.2),
    ]
    (draft.keyFrames[1].noise, draft.keyFrames[1].time) = (FileRequest("other.npy"), .at(.seconds(2.5)))
    draft.keyFrames[1].hold = .frames(12)
    draft.keyFrames[1].easing = Easing(controls: [0.1, 0.2, 0.3, 1]) ?? .linear
    draft.keyFrames[1].interpolation = .linear
    draft.keyFrames[2].picture = FileRequest("owl.png")
    (draft.keyFrames[2].time, draft.keyFrames[2].easing) = (.after(.frames(30)), .in)
    draft.keyFrames[2].seeds = [1, 2].map { Recipe.WeightedSeed(seed: $0, weight: 1) }
    draft.keyFrames.append(RecipeDraft.KeyFrame(embedding: FileRequest("hat.npy")))
    draft.keyFrames[3].seeds = [Recipe.WeightedSeed(seed: 9, weight: 1)]
    return draft
  }

  @Test("every key of a document is read, and written again")
  func everyKey() throws {
    #expect(try draft(Self.whole) == Self.wholeDraft)
    let written = try Self.wholeDraft.yaml
    #expect(try draft(written) == Self.wholeDraft, "\(written)")
    // Nothing is left out: each key of the document is in what was written.
    let keys = Self.whole.matches(of: #/(?:^|\n|, |\{) *(?:- )?\{?([a-z-]+): /#).map { String($0.output.1) }
    #expect(Set(keys).count == 49)
    for key in keys { #expect(written.contains("\(key): "), "\(key) is not in:\n\(written)") }
  }

  @Test("a document without more than prompts has the defaults, and writes no more")
  func defaults() throws {
    let plain = RecipeDraft(.interpolate, prompts: ["a dog", "a cat"])
    #expect(try draft("key-frames: [a dog, a cat]") == plain)
    #expect(try plain.yaml == "walk: interpolate\nkey-frames:\n- a dog\n- a cat\n")
    #expect(try draft("walk: circle\nkey-frames: Skyline") == RecipeDraft(.circle, prompts: ["Skyline"]))
    #expect(try draft("key-frames:\n  prompt: a dog") == RecipeDraft(.interpolate, prompts: ["a dog"]))
    // Windows' line ends, a byte order mark and a marker of the document's beginning.
    #expect(try draft("\u{FEFF}---\r\nkey-frames:\r\n- a dog\r\n- a cat\r\n...\r\n") == plain)
  }

  @Test("a random draft comes back from its document as it was")
  func roundTrip() throws {
    var random = RandomDraft(seed: 1)
    for round in 0..<1500 {
      let draft = random.draft()
      let yaml = try draft.yaml
      let again = try self.draft(yaml)
      #expect(again == draft, "round \(round):\n\(yaml)")
      // JSON of this library has its keys, and so the seeds of a mixture, in the order of the alphabet.
      let json = try draft.documentJSON
      let fromJSON = sorted(try self.draft(json))
      #expect(fromJSON == sorted(draft), "round \(round):\n\(json)")
      if again != draft || fromJSON != sorted(draft) { break }
    }
  }

  /// The same draft with the seeds of each mixture in the order of their digits.
  private func sorted(_ draft: RecipeDraft) -> RecipeDraft {
    var draft = draft
    for index in draft.keyFrames.indices { draft.keyFrames[index].seeds.sort { "\($0.seed)" < "\($1.seed)" } }
    return draft
  }

  @Test("a learned word comes back with its file", arguments: ["<cat-toy>", "word", "a b"])
  func learnedWord(word: String) throws {
    try folder.write("toy.bin", "")
    var draft = RecipeDraft(.image, prompts: ["a dog"])
    draft.textualInversions = [RecipeDraft.TextualInversion(FileRequest(folder.file("toy.bin")), token: word)]
    #expect(try self.draft(draft.yaml) == draft)
  }

  @Test("prompts survive as they are, whatever YAML could take them for", arguments: RandomDraft.texts)
  func texts(text: String) throws {
    var plain = RecipeDraft(.interpolate, prompts: [text, "a cat"])
    #expect(try draft(plain.yaml) == plain && draft(plain.documentJSON) == plain)
    plain.keyFrames[0].negativePrompt = text
    #expect(try draft(plain.yaml) == plain && draft(plain.documentJSON) == plain)
  }

  @Test("a prompt over several lines is one, as YAML joins them")
  func multiline() throws {
    let document = """
      key-frames:
        - >-
          a dog in the snow,
          at night
        - |
          a cat
          and an owl
        - prompt: a hat
            on a table
      """
    #expect(
      try draft(document).keyFrames.map(\.prompt) == [
        "a dog in the snow, at night", "a cat\nand an owl\n", "a hat on a table",
      ])
  }

  @Test("JSON is read as well, as other programs write it")
  func json() throws {
    var expected = RecipeDraft(.interpolate, prompts: ["a \"dog\"/\\", "ein Kätzchen 🐈", "tool"])
    (expected.fps, expected.isLoop, expected.keyFrames[1].time) = (12.5, true, .at(.seconds(2)))
    expected.keyFrames[2].guidance = 1e-1
    let texts = [
      """
      {"walk":"interpolate","fps":12.5,"loop":true,"key-frames":["a \\"dog\\"/\\\\",\
      {"prompt":"ein Kätzchen 🐈","at":"2 s"},{"prompt":"tool","guidance":0.1}]}
      """,
      // As Python's json.dumps does: ASCII, with pairs of surrogates.
      """
      {"walk": "interpolate", "fps": 12.5, "loop": true, "key-frames": ["a \\"dog\\"\\/\\\\", \
      {"prompt": "ein K\\u00e4tzchen \\ud83d\\udc08", "at": "2 s"}, {"prompt": "tool", "guidance": 1E-1}]}
      """,
      "{\r\n\t\"fps\" : 12.5,\r\n\t\"loop\" : true,\r\n\t\"key-frames\" : [\r\n\t\t\"a \\\"dog\\\"/\\\\\",\r\n"
        + "\t\t{\r\n\t\t\t\"prompt\" : \"ein Kätzchen \\uD83D\\uDC08\",\r\n\t\t\t\"at\" : \"2 s\"\r\n\t\t},\r\n"
        + "\t\t{ \"prompt\" : \"tool\", \"guidance\" : 0.1 }\r\n\t]\r\n}\r\n",
    ]
    for text in texts {
      #expect(try draft(text) == expected, "\(text)")
      let file = try folder.write("walk.json", text)
      guard case .draft(expected) = try ResultFile(path: file).contents else {
        return #expect(Bool(false), "\(text)")
      }
    }
  }

  @Test("an escaped backslash before a surrogate's digits stays a backslash")
  func escapedBackslash() throws {
    let document = #"{"key-frames": ["\\ud83d\\udc08", "\\\ud83d\udc08"]}"#
    #expect(try draft(document).keyFrames.map(\.prompt) == [#"\ud83d\udc08"#, #"\🐈"#])
  }

  @Test("seeds are a number, a list in equal parts, or a mapping with weights")
  func seeds() throws {
    func seeds(_ text: String) throws -> [Recipe.WeightedSeed] {
      try draft("key-frames: [{prompt: a, seed: \(text)}, b]").keyFrames[0].seeds
    }
    func weighted(_ seeds: (UInt64, Double)...) -> [Recipe.WeightedSeed] {
      seeds.map { Recipe.WeightedSeed(seed: $0.0, weight: $0.1) }
    }
    #expect(try seeds("7") == weighted((7, 1)))
    #expect(try seeds("[7, 8]") == weighted((7, 1), (8, 1)))
    #expect(try seeds("{7: 0.8, 8: -1}") == weighted((7, 0.8), (8, -1)))
    #expect(try seeds("{18446744073709551615: 1e-3}") == weighted((.max, 0.001)))
    for text in [
      "-1", "1.5", "x", "[7, x]", "{x: 1}", "{7: x}", "{7: 0}", "{7: .inf}", "[[7]]", "18446744073709551616",
    ] {
      #expect(throws: DocumentError.self, "\(text)") { try seeds(text) }
    }
  }

  @Test("lengths are frames or seconds")
  func lengths() throws {
    func time(_ text: String) throws -> RecipeDraft.Time? {
      try draft("key-frames: [a, {prompt: b, at: \(text)}]").keyFrames[1].time
    }
    for (text, length) in [
      ("30", .frames(30)), ("30 frames", .frames(30)), ("1 frame", .frames(1)), ("0", .frames(0)),
      ("2.5", .frames(2.5)), ("2.5 s", .seconds(2.5)), ("2.5s", .seconds(2.5)), ("3 sec", .seconds(3)),
      ("3 seconds", .seconds(3)), ("1 second", .seconds(1)), ("'1e2 s'", .seconds(100)),
    ] as [(String, RecipeDraft.Length)] {
      #expect(try time(text) == .at(length), "\(text)")
    }
    for text in ["-1", "2 m", "s", "''", "1 0", "1.2.3", "one", "nan", "inf s", "[1]", "2 frames s", "½"] {
      #expect(throws: DocumentError.self, "\(text)") { try time(text) }
    }
  }

  @Test("a relative path is looked up beside the document first, an absolute one is as it is")
  func paths() throws {
    try folder.make("sub folder")
    try folder.write("sub folder/50% #1?.npy", "")
    try folder.write("lora:2.safetensors", "")
    let place = folder.file("sub folder/50% #1?.npy")
    let document = """
      lora: ['lora:2.safetensors', 'lora:2.safetensors:0.5', '/else/where:3']
      model: nowhere
      key-frames:
        - {embedding: 'sub folder/50% #1?.npy', noise: '\(place)', picture: ../picture.png, prompt: ''}
      """
    let draft = try draft(document)
    #expect(draft.model == FileRequest("nowhere"))
    #expect(
      draft.keyFrames[0].embedding == FileRequest(place) && draft.keyFrames[0].noise == FileRequest(place))
    #expect(draft.keyFrames[0].picture == FileRequest("../picture.png"))
    let lora = FileRequest(folder.file("lora:2.safetensors"))
    #expect(
      draft.loras == [
        RecipeDraft.LoRA(lora), RecipeDraft.LoRA(lora, weight: 0.5),
        RecipeDraft.LoRA(FileRequest("/else/where"), weight: 3),
      ])
    #expect(try self.draft(draft.yaml) == draft)
  }

  @Test("anchors and aliases write a value once")
  func aliases() throws {
    let document = """
      key-frames:
        - {prompt: a, hold: &pause 1 s, easing: &way [0.1, 0, 0.9, 1]}
        - {prompt: b, hold: *pause, easing: *way}
        - {prompt: c, hold: *pause, easing: *way}
      """
    let keyFrames = try draft(document).keyFrames
    #expect(Set(keyFrames.map(\.hold)) == [.seconds(1)] && Set(keyFrames.map(\.easing)).count == 1)
  }

  @Test("the document of a walk renders what its draft renders, and its picture's recipe is the walk's")
  func rendered() throws {
    var expected = TinyModel.draft(.interpolate, "a dog", "a cat")
    expected.keyFrames[1].time = .at(.frames(3))
    let file = try folder.write("walk.yml", expected.yaml)
    let result = try ResultFile(path: file)
    #expect(result.program == "LatentWalk" && result.frame == nil && result.unsupported.isEmpty)
    let recipe = try result.recipe(with: TinyModel.models)
    #expect(try recipe == TinyModel.recipe(expected))
    #expect(recipe.walk.timing.knots?.count == 2)
  }
}
