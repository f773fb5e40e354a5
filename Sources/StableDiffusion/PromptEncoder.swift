import Checkpoints
import Tensors

/// Turns a prompt into the embedding that the UNet looks at: the tokenizer and the text encoder of a model.
///
///     let (embedding, dropped) = encoder("A photograph of a dog")     // [1, 77, 768], nil
public struct PromptEncoder {
  public let tokenizer: Tokenizer
  public let textEncoder: TextEncoder
  /// Tensors in the text encoder's file that no layer asked for.
  let unusedTensors: [String]

  public init(_ folder: ModelFolder) throws {
    tokenizer = try Tokenizer(folder: folder.tokenizerPath, padding: folder.padding)
    let weights = try folder.weights("text_encoder")
    let description = try TextEncoderDescription(folder.configuration("text_encoder"))
    try tokenizer.requireFitting(description, path: folder.tokenizerPath)
    textEncoder = try TextEncoder(weights, description)
    unusedTensors = weights.unused
  }

  /// - Returns: the embedding, [1, tokens, width], and the end of the prompt if it was too long to be read.
  public func callAsFunction(_ prompt: String) -> (embedding: Tensor, droppedText: String?) {
    let tokens = tokenizer.encode(prompt)
    return (textEncoder(tokens.ids), tokens.droppedText)
  }
}

extension Tokenizer {
  /// Refuses a tokenizer of another text encoder, which would ask it for words that it does not have.
  fileprivate func requireFitting(_ description: TextEncoderDescription, path: String) throws {
    guard largestId < description.vocabulary else {
      throw TokenizerError.invalid(
        path: path + "/vocab.json",
        reason:
          "it has tokens up to \(largestId), and the model's text encoder knows \(description.vocabulary)")
    }
    guard length <= description.positions else {
      throw TokenizerError.invalid(
        path: path + "/tokenizer_config.json",
        reason:
          "its model_max_length is \(length), and the model's text encoder reads \(description.positions)")
    }
  }
}
