import LatentWalk
import Sampling
import StableDiffusion
import Tensors
import Walks

/// Random numbers that are the same in each run (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// Draws drafts whose every value a document can have.
struct RandomDraft {
  private var generator: SplitMix

  init(seed: UInt64) { generator = SplitMix(seed: seed) }

  /// Texts that YAML could take for something else.
  static let texts = [
    "", " ", "a dog", "a dog: and a cat", "a dog # no comment", "#dog", "- dash", "-", "'single'",
    "\"double\"",
    "it's", "\\", "\\n", "line one\nline two\n", "\n", "line\n\n\n  indented\n", "  leading", "trailing ",
    "trailing\n", "\ttab\t", "äöü ß é", "犬と猫 🐈\u{200D}⬛", "null", "true", "No", "~", "1.5", "0x10", "1e3",
    ".nan",
    "*alias", "&anchor", "!tag", "!!str a", "%YAML", "@at", "`tick`", "{a: b}", "[a, b]", "a,b", "? q", ": v",
    "| pipe", "> fold", "---", "...", "<<", "a\u{0}b\u{1}\u{7F}", "\u{85}\u{2028}\u{2029}",
    "a\r\nb\rc", "\u{FFFE}\u{10FFFF}", "key: [1, {2: 3}]", "2001-01-01", "=", "a:b", "a: ", " :",
    String(repeating: "very long ", count: 500), "{seed}", "\"", "'", "''", "\"\"", "\\u0041", "a\\",
  ]

  mutating func text() -> String {
    if Bool.random(using: &generator) { return Self.texts.randomElement(using: &generator) ?? "" }
    let scalars = (0..<Int.random(in: 1...30, using: &generator)).map { _ in scalar() }
    return String(String.UnicodeScalarView(scalars))
  }

  private mutating func scalar() -> Unicode.Scalar {
    if Int.random(in: 0..<4, using: &generator) > 0 {
      return Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &generator))
    }
    return Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &generator)) ?? "?"
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &generator)]
  }

  private mutating func maybe<Value>(_ value: (inout Self) -> Value) -> Value? {
    Bool.random(using: &generator) ? value(&self) : nil
  }

  mutating func number(_ range: ClosedRange<Double>) -> Double {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: pick([range.lowerBound, range.upperBound])
    case 1:
      min(max(Double.random(in: range, using: &generator).rounded(), range.lowerBound), range.upperBound)
    default: Double.random(in: range, using: &generator)
    }
  }

  private mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
  private mutating func seed() -> UInt64 { UInt64.random(in: 0...(.max), using: &generator) }

  /// A path that does not lead to the folder of a document.
  private mutating func file() -> FileRequest {
    let path = text()
    return FileRequest(path.allSatisfy { $0 == "." || $0 == "/" } ? "file" : path)
  }

  private mutating func length() -> RecipeDraft.Length {
    let number = pick([0, 1e-7, 12, 1.5, 1e20, number(0...1e6)])
    return pick([.frames(number), .seconds(number)])
  }

  private mutating func easing() -> Easing {
    let controls = (0..<4).map { _ in number(0...1) }
    return pick(Easing.named.map(\.easing) + [Easing(controls: controls) ?? .linear])
  }

  private mutating func seeds() -> [Recipe.WeightedSeed] {
    let weights = Bool.random(using: &generator)
    let seeds = (0..<integer(0...3)).map { _ in
      Recipe.WeightedSeed(seed: seed(), weight: weights ? pick([1, -0.5, 1e-9, 1e20, number(0.1...2)]) : 1)
    }
    // With weights they are a mapping, whose keys have no order.
    return seeds.sorted { $0.seed < $1.seed }
  }

  mutating func keyFrame() -> RecipeDraft.KeyFrame {
    var keyFrame = RecipeDraft.KeyFrame(prompt: text())
    if Bool.random(using: &generator) { return keyFrame }
    keyFrame.embedding = maybe { $0.file() }
    keyFrame.picture = maybe { $0.file() }
    if keyFrame.embedding != nil { keyFrame.prompt = maybe { $0.text() } }
    keyFrame.negativePrompt = maybe { $0.text() }
    keyFrame.guidance = maybe { $0.number(-20...20) }
    keyFrame.steps = maybe { $0.integer(1...1000) }
    keyFrame.sampler = maybe { $0.pick(SamplerName.allCases) }
    keyFrame.schedule = maybe { $0.pick(ScheduleKind.allCases) }
    keyFrame.seeds = seeds()
    keyFrame.noise = maybe { $0.file() }
    keyFrame.time = maybe { $0.pick([.at($0.length()), .after($0.length())]) }
    keyFrame.hold = maybe { $0.length() }
    keyFrame.easing = easing()
    keyFrame.interpolation = maybe { $0.pick(Recipe.EmbeddingInterpolation.allCases) }
    return keyFrame
  }

  mutating func draft() -> RecipeDraft {
    let keyFrames = (0..<integer(1...5)).map { _ in keyFrame() }
    var draft = RecipeDraft(pick(Recipe.WalkKind.allCases), keyFrames: keyFrames)
    setModel(&draft)
    setSampling(&draft)
    setTime(&draft)
    draft.stepSize = number(-1...1)
    draft.drift.space = pick(DriftWalk.Space.allCases)
    (draft.drift.angle, draft.drift.turn) = (number(0...1.57), integer(1...100_000))
    draft.drift.spread = number(0...100)
    (draft.radius, draft.harmonics) = (maybe { $0.number(0...1) }, integer(1...100))
    draft.grid = Recipe.Grid(columns: integer(1...100), rows: integer(1...100))
    return draft
  }

  private mutating func setModel(_ draft: inout RecipeDraft) {
    draft.model = file()
    draft.loras = (0..<integer(0...3)).map { _ in
      RecipeDraft.LoRA(file(), weight: pick([1, 0.8, -0.5, number(-2...2)]))
    }
    draft.textualInversions = (0..<integer(0...3)).map { _ in
      // What follows a colon is a word where a file has the name before it.
      RecipeDraft.TextualInversion(FileRequest("t" + file().path.replacing(":", with: "")))
    }
    (draft.vae, draft.tinyVAE) = (maybe { $0.file() }, maybe { $0.file() })
    draft.packing = Packing(
      convolution: pick(ConvolutionAlgorithm.allCases), precision: pick(Precision.allCases))
    draft.promptReading = PromptReading(syntax: pick(PromptSyntax.allCases), clipSkip: integer(1...100))
    (draft.width, draft.height) = (maybe { $0.integer(1...16_384) }, maybe { $0.integer(1...16_384) })
  }

  private mutating func setSampling(_ draft: inout RecipeDraft) {
    (draft.seed, draft.rng) = (maybe { $0.seed() }, pick(NoiseGenerator.allCases))
    (draft.noise, draft.picture) = (maybe { $0.file() }, maybe { $0.file() })
    (draft.steps, draft.guidance) = (integer(1...1000), number(-20...20))
    (draft.sampler, draft.schedule) = (pick(SamplerName.allCases), maybe { $0.pick(ScheduleKind.allCases) })
    (draft.negativePrompt, draft.strength) = (text(), number(0...1))
    draft.interpolation = pick(Recipe.EmbeddingInterpolation.allCases)
  }

  private mutating func setTime(_ draft: inout RecipeDraft) {
    (draft.frames, draft.fps) = (maybe { $0.integer(1...100_000) }, number(0.01...1000))
    (draft.pingPong, draft.isLoop) = (Bool.random(using: &generator), Bool.random(using: &generator))
    (draft.sheetColumns, draft.paceBy) = (maybe { $0.integer(1...1000) }, maybe { $0.file() })
    draft.smoothing.even = maybe { Double($0.integer(1...300)) / 100 }
    draft.smoothing.bridging = maybe { $0.pick(Recipe.Bridge.Method.allCases) }
    draft.smoothing.blend = maybe { $0.number(0...0.99) }
    draft.smoothing.attention = Bool.random(using: &generator)
  }
}
