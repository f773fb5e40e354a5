import Checkpoints
import Tensors

/// The sizes of a CLIP text encoder, as its `config.json` states them.
public struct TextEncoderDescription: Sendable, Hashable {
  /// Channels of a token: 768 for SD 1.x.
  public let width: Int
  /// The longest prompt in tokens: 77.
  public let positions: Int
  public let vocabulary: Int
  public let layers: Int
  let heads: Int
  /// Width inside the multi-layer perceptron.
  let innerWidth: Int
  let activation: Activation
  let normEpsilon: Float

  /// Whether the embedding can be taken from this layer, counted from the end: 1 is the last.
  public func has(clipSkip: Int) -> Bool { clipSkip == 1 || clipSkip > 1 && clipSkip <= layers }

  public init(_ configuration: Configuration) throws {
    width = try configuration.integer("hidden_size", default: 512)
    positions = try configuration.integer("max_position_embeddings", default: 77)
    vocabulary = try configuration.integer("vocab_size", default: 49408)
    layers = try configuration.integer("num_hidden_layers", default: 12, from: 0)
    heads = try configuration.integer("num_attention_heads", default: 8)
    innerWidth = try configuration.integer("intermediate_size", default: 2048)
    normEpsilon = Float(try configuration.number("layer_norm_eps", default: 1e-5))
    try configuration.require("hidden_act", oneOf: ["quick_gelu", "gelu"])
    activation = try configuration.text("hidden_act", default: "quick_gelu") == "gelu" ? .gelu : .quickGelu
    guard heads > 0, width % heads == 0 else {
      throw configuration.refusal("num_attention_heads", "\(heads)", accepted: "a divisor of \(width)")
    }
  }
}
