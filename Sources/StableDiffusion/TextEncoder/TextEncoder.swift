import Checkpoints
import Tensors

/// CLIP's text encoder: 77 tokens become 77 vectors, each computed from the tokens up to its own.
///
/// Radford et al., arXiv 2103.00020; the transformer of GPT-2 with causal attention.
///
///     let encoder = try PromptEncoder(ModelFolder(path: "stable-diffusion-v1-5"))
///     let tokens = encoder.tokenizer.encode("a dog")
///     let embedding = encoder.textEncoder(tokens.ids)       // [1, 77, 768] for SD 1.x
public struct TextEncoder: Sendable {
  public let description: TextEncoderDescription
  private let tokenEmbedding: StoredTensor
  /// Vectors of added words: those of the ids from `description.vocabulary` on, [count, width].
  private let addedEmbedding: Tensor
  private let positionEmbedding: Tensor
  private let layers: [TextEncoderLayer]
  private let finalNorm: LayerNorm

  /// - Parameter added: vectors of words that are not in the vocabulary, each [count, width].
  public init(_ weights: Weights, _ description: TextEncoderDescription, adding added: [Tensor] = []) throws {
    self.description = description
    let (text, width) = (weights.inFloat32["text_model"], description.width)
    tokenEmbedding = try text["embeddings"]["token_embedding"].tensor(
      "weight", shape: [description.vocabulary, width])
    addedEmbedding = Tensor.batch([Tensor(shape: [0, width], values: [])] + added)
    positionEmbedding = try text["embeddings"]["position_embedding"].tensor(
      "weight", shape: [description.positions, width]
    ).float32()
    layers = try (0..<description.layers).map {
      try TextEncoderLayer(text["encoder"]["layers"][$0], description)
    }
    finalNorm = try LayerNorm(text["final_layer_norm"], width, epsilon: description.normEpsilon)
  }

  /// - Parameters:
  ///   - ids: token numbers below `description.vocabulary`, or those of added words, at most `description.positions` of
  ///     them.
  ///   - skipped: layers at the end that are left out, fewer than there are; the norm behind them stays.
  /// - Returns: [1, ids.count, width]
  public func callAsFunction(_ ids: [Int], skippingLayers skipped: Int = 0) -> Tensor {
    precondition(ids.count <= description.positions, "More tokens than the text encoder has positions.")
    precondition(description.has(clipSkip: skipped + 1), "At least one layer is left.")
    var x = embeddings(ids) + positionEmbedding.images(0..<ids.count)
    x = x.reshaped([1, ids.count, description.width])
    for layer in layers.dropLast(skipped) { x = layer(x) }
    return finalNorm(x)
  }

  /// [ids.count, width]
  private func embeddings(_ ids: [Int]) -> Tensor {
    let vocabulary = description.vocabulary
    guard ids.contains(where: { $0 >= vocabulary }) else { return tokenEmbedding.rows(ids) }
    return Tensor.batch(
      ids.map { id in
        id < vocabulary
          ? tokenEmbedding.rows([id]) : addedEmbedding.images(id - vocabulary..<id - vocabulary + 1)
      })
  }
}

/// Causal self-attention, then a multi-layer perceptron, each around a residual connection.
private struct TextEncoderLayer {
  private let norm1: LayerNorm
  private let selfAttention: SelfAttention
  private let norm2: LayerNorm
  private let mlpIn: Linear
  private let activation: Activation
  private let mlpOut: Linear

  init(_ weights: Weights, _ description: TextEncoderDescription) throws {
    let (mlp, width) = (weights["mlp"], description.width)
    activation = description.activation
    norm1 = try LayerNorm(weights["layer_norm1"], width, epsilon: description.normEpsilon)
    selfAttention = try SelfAttention(
      weights["self_attn"], width, heads: description.heads, .clip, isCausal: true)
    norm2 = try LayerNorm(weights["layer_norm2"], width, epsilon: description.normEpsilon)
    mlpIn = try Linear(mlp["fc1"], width, description.innerWidth)
    mlpOut = try Linear(mlp["fc2"], description.innerWidth, width)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let x = selfAttention(norm1(x), adding: x)
    return mlpOut(mlpIn(norm2(x), then: activation), adding: x)
  }
}
