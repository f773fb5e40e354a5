import Sampling
import Tensors

/// What leads the denoising: the embeddings of the prompts and, unless the scale is 1, of what to lead away from.
public struct Guidance: Sendable {
  /// Text embeddings, one for each image: [n, tokens, width].
  public let conditional: Tensor
  /// The embedding of the negative or the empty prompt, for all images: [1, tokens, width]; it may have another length.
  public let unconditional: Tensor
  /// 1 follows the prompt as it is and evaluates half as much; 7.5 is usual.
  public let scale: Float

  public init(conditional: Tensor, unconditional: Tensor, scale: Float) {
    self.conditional = conditional
    self.unconditional = unconditional
    self.scale = scale
  }

  /// How many pictures the UNet sees for each picture that is made.
  public var evaluationsPerStep: Int { scale == 1 ? 1 : 2 }

  /// The UNet's guided output for noisy latents [n, h, w, 4].
  typealias ModelOutput = (_ unet: UNet, _ noisy: Tensor, _ level: NoiseLevel) -> Tensor

  /// The model outputs for `n` images, step after step. Both halves are evaluated as one batch, if their texts have one length.
  func modelOutputs(images n: Int) -> ModelOutput {
    guard scale != 1 else {
      let text = Context(conditional)
      return { unet, noisy, level in unet(noisy, timestep: level.timestep, context: text) }
    }
    guard conditional.shape[1] == unconditional.shape[1] else {
      let (without, with) = (Context(unconditional), Context(conditional))
      return { unet, noisy, level in
        guided(
          unconditional: unet(noisy, timestep: level.timestep, context: without),
          conditional: unet(noisy, timestep: level.timestep, context: with), scale: scale)
      }
    }
    let both = Context(Tensor.batch(Array(repeating: unconditional, count: n) + [conditional]))
    return { unet, noisy, level in
      let modelOutputs = unet(Tensor.batch([noisy, noisy]), timestep: level.timestep, context: both)
      return guided(
        unconditional: modelOutputs.images(0..<n), conditional: modelOutputs.images(n..<2 * n), scale: scale)
    }
  }
}
