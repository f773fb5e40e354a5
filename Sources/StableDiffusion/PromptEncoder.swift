import Checkpoints
import Tensors

/// Turns a prompt into a conditioning: the tokenizer and the text encoder of a model, with the words of its textual
/// inversions.
///
///     let encoder = try PromptEncoder(ModelFolder(path: "stable-diffusion-v1-5"))
///     let (conditioning, dropped) = encoder("A photograph of a dog")     // tokens [1, 77, 768], nil
///     let (weighted, _) = encoder("a (red:1.3) dog", reading: PromptReading(syntax: .a1111))
public struct PromptEncoder: Sendable {
  public let tokenizer: Tokenizer
  public let textEncoder: TextEncoder
  /// Tensors in the text encoder's file that no layer uses.
  package let unusedTensors: [String]

  public init(_ folder: ModelFolder, adapters: Adapters = Adapters(), packing: Packing = Packing()) throws {
    let description = try TextEncoderDescription(folder.configuration("text_encoder"))
    let weights = try adapters.added(
      to: folder.weights("text_encoder").packed(packing), of: .textEncoder, textWidth: description.width)
    try self.init(folder, weights, adapters.textualInversions)
  }

  /// - Parameter weights: of the text encoder, with the changes of adapters.
  init(_ folder: ModelFolder, _ weights: Weights, _ inversions: [TextualInversion]) throws {
    let description = try TextEncoderDescription(folder.configuration("text_encoder"))
    let tokenizer = try Tokenizer(folder: folder.tokenizerPath, padding: folder.padding)
    try tokenizer.requireFitting(description, path: folder.tokenizerPath)
    try TextualInversion.check(inversions, width: description.width, capacity: tokenizer.length - 2)
    var next = description.vocabulary
    self.tokenizer = tokenizer.adding(
      inversions.map { inversion in
        defer { next += inversion.vectors.shape[0] }
        return (inversion.token, Array(next..<next + inversion.vectors.shape[0]))
      })
    textEncoder = try TextEncoder(weights, description, adding: inversions.map(\.vectors))
    unusedTensors = weights.unused
  }

  /// - Returns: the conditioning, and the end of the prompt if it was too long to be read. With AUTOMATIC1111's syntax
  ///   nothing is cut off: there are 77 tokens for each chunk.
  public func callAsFunction(
    _ prompt: String, reading: PromptReading = PromptReading()
  ) -> (conditioning: Conditioning, droppedText: String?) {
    switch reading.syntax {
    case .clip:
      let tokens = tokenizer.encode(prompt)
      let embedding = textEncoder(tokens.ids, skippingLayers: reading.clipSkip - 1)
      return (Conditioning(tokens: embedding), tokens.droppedText)
    case .a1111:
      let chunks = tokenizer.chunks(of: prompt).map { chunk in
        textEncoder(chunk.ids, skippingLayers: reading.clipSkip - 1).emphasised(chunk.weights)
      }
      return (Conditioning(tokens: Tensor.chunks(chunks)), nil)
    }
  }

  /// Conditionings of one length, so that they can be combined: shorter ones are padded with empty chunks, as
  /// AUTOMATIC1111 does.
  public func padded(_ conditionings: [Conditioning], reading: PromptReading) -> [Conditioning] {
    let tokens = conditionings.map(\.tokens)
    let most = tokens.map { $0.shape[1] }.max() ?? 0
    guard tokens.contains(where: { $0.shape[1] < most }) else { return conditionings }
    let empty = self("", reading: reading).conditioning.tokens
    return tokens.map { tokens in
      let missing = (most - tokens.shape[1]) / empty.shape[1]
      return Conditioning(tokens: Tensor.chunks([tokens] + Array(repeating: empty, count: missing)))
    }
  }
}

extension Tensor {
  /// [1, a, width], [1, b, width], ... -> [1, a + b + ..., width]
  fileprivate static func chunks(_ parts: [Tensor]) -> Tensor {
    let joined = batch(parts.map { $0.reshaped([$0.shape[1], $0.shape[2]]) })
    return joined.reshaped([1] + joined.shape)
  }

  /// Every token times its weight, and then all of them scaled so that their mean is what it was.
  ///
  /// Source: AUTOMATIC1111's "Emphasis: Original" in its settings.
  fileprivate func emphasised(_ weights: [Float]) -> Tensor {
    guard weights.contains(where: { $0 != 1 }) else { return self }
    let weighted = rowsMultiplied(by: weights)
    let mean = weighted.mean
    return mean == 0 ? weighted : (self.mean / mean) * weighted
  }
}

extension TextualInversion {
  /// Whether words fit a model, and no two of them look the same in a prompt.
  fileprivate static func check(_ inversions: [TextualInversion], width: Int, capacity: Int) throws {
    for inversion in inversions {
      let (count, found) = (inversion.vectors.shape[0], inversion.vectors.shape[1])
      guard found == width else {
        throw TextualInversionError.width(
          path: inversion.path, token: inversion.token, found: found, expected: width)
      }
      guard count <= capacity else {
        throw TextualInversionError.tooManyVectors(
          path: inversion.path, token: inversion.token, found: count, limit: capacity)
      }
    }
    for (token, same) in Dictionary(grouping: inversions, by: { cleaned($0.token) }) where same.count > 1 {
      throw TextualInversionError.usedTwice(token: token, paths: same.map(\.path))
    }
  }
}

extension Tokenizer {
  /// Refuses a tokenizer of another text encoder, whose tokens this one does not have.
  fileprivate func requireFitting(_ description: TextEncoderDescription, path: String) throws {
    guard largestId < description.vocabulary else {
      throw TokenizerError.invalid(
        path: path + "/vocab.json",
        reason:
          "it has tokens up to \(largestId), and the model's text encoder has \(description.vocabulary)")
    }
    guard length <= description.positions else {
      throw TokenizerError.invalid(
        path: path + "/tokenizer_config.json",
        reason:
          "its model_max_length is \(length), and the model's text encoder reads \(description.positions)")
    }
  }
}
