import Sampling
import Tensors

/// Classifier-free guidance of a batch: what each image is led to, what away from, and how strongly.
///
///     let encoder = try PromptEncoder(ModelFolder(path: "stable-diffusion-v1-5"))
///     let guidance = Guidance(
///       conditional: encoder("a dog").conditioning, unconditional: encoder("").conditioning, scale: 7.5)
public struct Guidance: Sendable {
  /// One for each image, all of one length.
  public let conditional: [Conditioning]
  /// Of the negative or the empty prompt, one for each image; they may have another length.
  public let unconditional: [Conditioning]
  /// One for each image. 1 follows the prompt as it is; 7.5 is usual.
  public let scales: [Float]

  public init(conditional: [Conditioning], unconditional: [Conditioning], scales: [Float]) {
    precondition(
      unconditional.count == conditional.count && scales.count == conditional.count,
      "Each image has a conditioning, an unconditional one and a scale.")
    self.conditional = conditional
    self.unconditional = unconditional
    self.scales = scales
  }

  /// For one image.
  public init(conditional: Conditioning, unconditional: Conditioning, scale: Float) {
    self.init(conditional: [conditional], unconditional: [unconditional], scales: [scale])
  }

  /// How many images the UNet evaluates for each image that is made: a scale of 1 needs the conditional half only.
  public static func evaluationsPerStep(scale: Double) -> Int { scale == 1 ? 1 : 2 }

  /// The guided model output of a UNet for noisy latents [n, h, w, 4], step after step in one session. Both halves are
  /// evaluated in one batch if their texts have one length.
  /// - Parameter attention: the interpolation of the images' attention at a noise level, if there is any.
  func modelOutput(
    of unet: UNet, images n: Int, attention: @escaping (NoiseLevel) -> AttentionInterpolation? = { _ in nil },
    _ cancellation: Cancellation?
  ) -> (_ noisy: Tensor, _ level: NoiseLevel) -> Tensor {
    precondition(n == conditional.count, "\(conditional.count) conditionings do not fit \(n) images.")
    func session(_ conditionings: [Conditioning]) -> UNetSession {
      UNetSession(context: Tensor.batch(conditionings.map(\.tokens)), cancellation: cancellation)
    }
    func evaluate(_ noisy: Tensor, _ level: NoiseLevel, _ session: UNetSession) -> Tensor {
      session.attention = attention(level)?.repeated(noisy.shape[0] / n)
      return unet(noisy, timestep: level.timestep, session: session)
    }
    guard scales.contains(where: { $0 != 1 }) else {
      let session = session(conditional)
      return { noisy, level in evaluate(noisy, level, session) }
    }
    guard conditional[0].tokens.shape == unconditional[0].tokens.shape else {
      let (without, with) = (session(unconditional), session(conditional))
      return { noisy, level in
        guided(
          unconditional: evaluate(noisy, level, without), conditional: evaluate(noisy, level, with),
          scales: scales)
      }
    }
    let both = session(unconditional + conditional)
    return { noisy, level in
      let outputs = evaluate(Tensor.batch([noisy, noisy]), level, both)
      return guided(
        unconditional: outputs.images(0..<n), conditional: outputs.images(n..<2 * n), scales: scales)
    }
  }
}
