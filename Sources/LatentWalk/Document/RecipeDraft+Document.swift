import Files
import Foundation
import Sampling
import StableDiffusion
import Tensors
import Walks
internal import Yams

/// A walk as a document in YAML, or in JSON, which is YAML.
///
///     walk: interpolate
///     model: tiny
///     seed: 42
///     fps: 12
///     key-frames:
///       - A photograph of a dog
///       - prompt: A photograph of a cat
///         at: 3 s
///         hold: 0.5 s
///         easing: smooth
extension RecipeDraft {
  /// Reads a document.
  /// - Parameter file: its path, for errors and for files that are named relative to it.
  /// - Throws: `DocumentError` with the line, the key and what would be accepted.
  public init(document: String, file: String) throws {
    let node = try DocumentNode(yaml: document, file: file)
    self.init(.interpolate)
    try Self.documentFields.read(node, into: &self)
    guard !keyFrames.isEmpty else {
      throw DocumentError.missing(
        file: file, line: node.line, key: "key-frames",
        accepted: "a list of prompts, or of key frames with prompt, at, seed and so on")
    }
  }

  /// The document of this draft, without what is as it is by default.
  public var yaml: String {
    get throws {
      let pairs = Self.documentFields.pairs(self, unlike: RecipeDraft(.interpolate))
      return try Yams.serialize(
        node: Node([(Node("walk"), kind.node)] + pairs.filter { $0.0 != Node("walk") }), width: -1,
        allowUnicode: true)
    }
  }

  private typealias Field = DocumentField<RecipeDraft>

  private static var documentFields: [Field] {
    [Field("walk", \.kind)] + modelFields + samplingFields + timeFields + kindFields + [
      Field("key-frames") { draft, node in
        draft.keyFrames = try node.elements.map(KeyFrame.init(document:))
      } write: { draft, _ in
        Node(draft.keyFrames.map(\.document))
      }
    ]
  }

  private static var modelFields: [Field] {
    [
      Field("model", \.model), Field("lora", \.loras), Field("textual-inversion", \.textualInversions),
      Field("vae", \.vae), Field("tiny-vae", \.tinyVAE), Field("convolution", \.packing.convolution),
      Field("precision", \.packing.precision),
      Field("prompt-syntax", \.promptReading.syntax), Field("clip-skip", \.promptReading.clipSkip, 1...100),
      Field("width", \.width, Recipe.sizes), Field("height", \.height, Recipe.sizes),
    ]
  }

  private static var samplingFields: [Field] {
    [
      Field("seed", \.seed), Field("rng", \.rng), Field("noise", \.noise), Field("steps", \.steps, 1...1000),
      Field("guidance", \.guidance), Field("sampler", \.sampler), Field("schedule", \.schedule),
      Field("negative-prompt", \.negativePrompt), Field("from", \.picture),
      Field("strength", \.strength, 0...1),
      Field("interpolation", \.interpolation),
    ]
  }

  private static var timeFields: [Field] {
    [
      Field("frames", \.frames, Recipe.frameCounts), Field("fps", \.fps, Recipe.frameRates),
      Field("ping-pong", \.pingPong), Field("loop", \.isLoop),
      Field("sheet-columns", \.sheetColumns, 1...1000),
      Field("pace-by", \.paceBy), Field("even", \.smoothing.even, 0.01...3),
      Field("bridge", \.smoothing.bridging), Field("blend", \.smoothing.blend, 0...0.99),
      Field("attention", \.smoothing.attention),
    ]
  }

  private static var kindFields: [Field] {
    [
      Field("step-size", \.stepSize), Field("space", \.drift.space), Field("angle", \.drift.angle, 0...1.57),
      Field("turn", \.drift.turn, 1...100_000), Field("spread", \.drift.spread, 0...100),
      Field("radius", \.radius, 0...1), Field("harmonics", \.harmonics, 1...100),
      Field("columns", \.grid.columns, 1...100), Field("rows", \.grid.rows, 1...100),
    ]
  }
}

extension RecipeDraft.KeyFrame {
  /// A prompt, or a mapping.
  fileprivate init(document node: DocumentNode) throws {
    self.init()
    guard node.isMapping else {
      prompt = try String.read(node)
      return
    }
    try Self.documentFields.read(node, into: &self)
    guard prompt != nil || embedding != nil || picture != nil else {
      throw DocumentError.missing(
        file: node.file, line: node.line, key: "\(node.key).prompt",
        accepted: "a prompt, an embedding or a picture")
    }
    if prompt == nil, embedding == nil {
      throw DocumentError.missing(
        file: node.file, line: node.line, key: "\(node.key).prompt",
        accepted:
          "a caption of the picture, such as 'prompt: a photo of a cat'; without one, what lies between "
          + "pictures is a fog (\"\" if that is what you want)")
    }
  }

  fileprivate var document: Node {
    let pairs = Self.documentFields.pairs(self, unlike: Self())
    if pairs.count == 1, let prompt, pairs[0].0 == Node("prompt") { return prompt.node }
    return Node(pairs)
  }

  private static var documentFields: [DocumentField<Self>] {
    [
      DocumentField("prompt", \.prompt), DocumentField("embedding", \.embedding),
      DocumentField("picture", \.picture),
      DocumentField("negative-prompt", \.negativePrompt), DocumentField("guidance", \.guidance),
      DocumentField("steps", \.steps, 1...1000), DocumentField("sampler", \.sampler),
      DocumentField("schedule", \.schedule), DocumentField("seed", \.seeds), DocumentField("noise", \.noise),
      time("at", RecipeDraft.Time.at) { if case .at(let length) = $0 { length } else { nil } },
      time("after", RecipeDraft.Time.after) { if case .after(let length) = $0 { length } else { nil } },
      DocumentField("hold", \.hold), DocumentField("easing", \.easing),
      DocumentField("interpolation", \.interpolation),
    ]
  }

  private static func time(
    _ key: String, _ time: @escaping (RecipeDraft.Length) -> RecipeDraft.Time,
    _ length: @escaping (RecipeDraft.Time) -> RecipeDraft.Length?
  ) -> DocumentField<Self> {
    DocumentField(key) { keyFrame, node in
      guard keyFrame.time == nil else { throw node.invalid("either 'at' or 'after'") }
      keyFrame.time = time(try RecipeDraft.Length.read(node))
    } write: { keyFrame, _ in
      keyFrame.time.flatMap(length)?.node
    }
  }
}

extension Recipe.WalkKind: DocumentValue {}
extension Recipe.EmbeddingInterpolation: DocumentValue {}
extension Recipe.Bridge.Method: DocumentValue {}
extension SamplerName: DocumentValue {}
extension ScheduleKind: DocumentValue {}
extension NoiseGenerator: DocumentValue {}
extension PromptSyntax: DocumentValue {}
extension ConvolutionAlgorithm: DocumentValue {}
extension Precision: DocumentValue {}
extension DriftWalk.Space: DocumentValue {}

/// `seed: 7`, `seed: [7, 8]` in equal parts, `seed: {7: 0.8, 8: 0.2}`.
extension [Recipe.WeightedSeed] {
  fileprivate static func read(_ node: DocumentNode) throws -> Self {
    guard let mapping = node.node.mapping else {
      return try node.elements.map { Recipe.WeightedSeed(seed: try UInt64.read($0), weight: 1) }
    }
    return try mapping.map { seed, weight in
      guard let seed = UInt64(seed.string ?? ""), let weight = weight.float, weight.isFinite, weight != 0
      else {
        throw node.invalid("seeds with their weights, such as {7: 0.8, 8: 0.2}")
      }
      return Recipe.WeightedSeed(seed: seed, weight: weight)
    }.sorted { $0.seed < $1.seed }  // The keys of a mapping have no order.
  }

  fileprivate var document: Node {
    allSatisfy { $0.weight == 1 }
      ? map(\.seed).node
      : Node(map { ($0.seed.node, $0.weight.node) }, Tag(.map), .flow)
  }
}

extension DocumentField<RecipeDraft.KeyFrame> {
  fileprivate init(_ key: String, _ property: WritableKeyPath<RecipeDraft.KeyFrame, [Recipe.WeightedSeed]>) {
    self.init(key) { keyFrame, node in
      keyFrame[keyPath: property] = try .read(node)
    } write: { keyFrame, _ in
      keyFrame[keyPath: property].isEmpty ? nil : keyFrame[keyPath: property].document
    }
  }
}

/// `FILE` or `FILE:WEIGHT`. A path may have colons itself, so only a number is read as a weight.
extension RecipeDraft.LoRA: DocumentValue {
  static let accepted = "a file, or a file and its weight, such as style.safetensors:0.8"

  public init(argument: String) {
    guard let colon = argument.lastIndex(of: ":"), colon > argument.startIndex,
      let weight = Double(argument[argument.index(after: colon)...])
    else {
      self.init(FileRequest(argument))
      return
    }
    self.init(FileRequest(String(argument[..<colon])), weight: weight)
  }

  init?(_ node: DocumentNode) {
    guard !node.text.isEmpty else { return nil }
    self.init(argument: node.text)
    file = FileRequest(file.path, beside: node.file)
  }

  /// With its weight where that is not 1, or where the path alone would be read as one with a weight.
  var node: Node {
    let isPlain = weight == 1 && Self(argument: file.path).file == file
    return "\(file.path)\(isPlain ? "" : ":\(weight)")".node
  }
}

/// `FILE` or `FILE:WORD`. If there is a file of the whole name, the argument has no word.
extension RecipeDraft.TextualInversion: DocumentValue {
  static let accepted = "a file, or a file and its word, such as cat-toy.bin:<cat>"

  public init(argument: String) {
    self.init(argument: argument, exists: FileManager.default.fileExists(atPath:))
  }

  private init(argument: String, exists: (String) -> Bool) {
    guard !exists(argument), let colon = argument.lastIndex(of: ":"), colon > argument.startIndex,
      exists(String(argument[..<colon]))
    else {
      self.init(FileRequest(argument))
      return
    }
    self.init(
      FileRequest(String(argument[..<colon])), token: String(argument[argument.index(after: colon)...]))
  }

  init?(_ node: DocumentNode) {
    guard !node.text.isEmpty else { return nil }
    self.init(argument: node.text) {
      FileManager.default.fileExists(atPath: FileRequest($0, beside: node.file).path)
    }
    file = FileRequest(file.path, beside: node.file)
  }

  var node: Node { (file.path + (token.map { ":\($0)" } ?? "")).node }
}
