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
    tokenizer = try Tokenizer(folder: folder.path + "/tokenizer")
    let weights = try folder.weights("text_encoder")
    textEncoder = try TextEncoder(weights, TextEncoderDescription(folder.configuration("text_encoder")))
    unusedTensors = weights.unused
  }

  /// - Returns: the embedding, [1, tokens, width], and the end of the prompt if it was too long to be read.
  public func callAsFunction(_ prompt: String) -> (embedding: Tensor, droppedText: String?) {
    let tokens = tokenizer.encode(prompt)
    return (textEncoder(tokens.ids), tokens.droppedText)
  }
}
