import Checkpoints
import Tensors

/// Predicts the noise (or the velocity) in latents, from their noise level and a text.
///
/// Down blocks halve the picture and add channels; up blocks double it, with the outputs of the down blocks
/// concatenated as skip connections. Ronneberger et al., arXiv 1505.04597; with text, Rombach et al., arXiv 2112.10752.
///
///     let folder = try ModelFolder(path: "stable-diffusion-v1-5")
///     let unet = try UNet(folder.weights("unet"), ModelDescription(folder).unet)
///     let latents = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
///     let dog = try PromptEncoder(folder)("a dog").conditioning
///     let noise = unet(latents, timestep: 481, context: dog.tokens)     // [1, 64, 64, 4]
public struct UNet: Sendable {
  public let description: UNetDescription
  private let convIn: Convolution
  private let time: TimeEmbedding
  private let down: [DownStage]
  private let middle: MiddleStage
  private let up: [UpStage]
  private let normOut: GroupNorm
  private let convOut: Convolution

  public init(_ weights: Weights, _ description: UNetDescription) throws {
    self.description = description
    let first = description.channels[0]
    time = try TimeEmbedding(weights["time_embedding"].inFloat32, description)
    convIn = try Convolution(weights["conv_in"].inFloat32, description.latentChannels, first)

    var channels = first
    var skips = [first]
    down = try description.down.enumerated().map { index, stage in
      defer { channels = stage.channels }
      skips += stage.skipChannels
      return try DownStage(weights["down_blocks"][index], channels, stage, in: description)
    }
    middle = try MiddleStage(weights["mid_block"], description.middle, in: description)
    up = try description.up.enumerated().map { index, stage in
      defer { channels = stage.channels }
      let stageSkips = Array(skips.suffix(stage.layers).reversed())
      skips.removeLast(stage.layers)
      return try UpStage(weights["up_blocks"][index], channels, skips: stageSkips, stage, in: description)
    }
    normOut = try GroupNorm(weights["conv_norm_out"], first, description.norm)
    convOut = try Convolution(weights["conv_out"].inFloat32, first, description.outputChannels)
  }

  /// - Parameters:
  ///   - x: noisy latents, [n, h, w, 4], of any height and width.
  ///   - timestep: how noisy they are, 0 ... 999, also between whole numbers.
  ///   - session: the text, and what has been computed from it; one session for all steps of a denoising.
  /// - Returns: the model output, [n, h, w, 4]: noise or velocity.
  public func callAsFunction(_ x: Tensor, timestep: Double, session: UNetSession) -> Tensor {
    let condition = Condition(
      activatedTime: time.activated(timestep: timestep, images: x.shape[0]), session: session)
    var h = convIn(x)
    var skips = [h]
    for stage in down { h = stage(h, condition, skips: &skips) }
    h = middle(h, condition)
    for stage in up { h = stage(h, condition, skips: &skips) }
    return convOut(normOut.silu(h))
  }
}

extension UNet {
  /// One evaluation, for text embeddings [n, tokens, contextWidth] or [1, ...].
  public func callAsFunction(_ x: Tensor, timestep: Double, context: Tensor) -> Tensor {
    self(x, timestep: timestep, session: UNetSession(context: context))
  }
}

/// What every stage of the UNet gets beside the picture: the time and the text.
struct Condition {
  /// silu(time embedding), [n, timeWidth]
  let activatedTime: Tensor
  let session: UNetSession
}
