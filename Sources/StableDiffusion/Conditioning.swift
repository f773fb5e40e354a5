import Tensors

/// The text conditioning of the UNet: one vector for each token.
///
///     let encoder = try PromptEncoder(ModelFolder(path: "stable-diffusion-v1-5"))
///     let (dog, cat) = (encoder("a dog").conditioning, encoder("a cat").conditioning)
///     let halfway = Conditioning.combined([dog, cat], weights: [0.5, 0.5])
public struct Conditioning: Sendable {
  /// [1, tokens, width]: 77 tokens, or 77 for each chunk of a longer prompt; width 768 for SD 1.x, 1024 for SD 2.x.
  public let tokens: Tensor

  public init(tokens: Tensor) { self.tokens = tokens }

  /// The weighted sum of conditionings of one length, and a number added to each component.
  public static func combined(
    _ conditionings: [Conditioning], weights: [Double], offset: Double = 0
  ) -> Conditioning {
    Conditioning(tokens: Tensor.combined(conditionings.map(\.tokens), weights: weights, offset: offset))
  }

  /// Between two conditionings of one length, token by token: the direction of each token's vector on the great circle,
  /// its length evenly. 0 gives exactly `a`, 1 exactly `b`.
  /// - Parameter u: 0 ... 1.
  public static func slerp(_ a: Conditioning, _ b: Conditioning, _ u: Double) -> Conditioning {
    Conditioning(tokens: Tensor.slerpOfRows(a.tokens, b.tokens, u))
  }
}
