import Checkpoints
import Tensors

/// Encodes pictures as latents and decodes latents to pixels: a picture is eight times as high and wide as its latents.
///
/// Kingma & Welling, arXiv 1312.6114; Stable Diffusion's is Esser et al.'s, arXiv 2012.09841, as Rombach et al. use it.
/// A tiny one, trained to give the same results, may replace it (`TinyAutoencoder.swift`).
///
///     let autoencoder = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5")).autoencoder
///     let latents = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
///     let pixels = autoencoder.decode(latents)               // [1, 512, 512, 3] in about -1 ... 1
///     let encoded = autoencoder.encoder?(pixels).mean        // [1, 64, 64, 4]
public struct Autoencoder: Sendable {
  let decoder: any LatentDecoder
  /// Nil where the files hold no encoder: it is not needed to make pictures.
  public let encoder: (any PictureEncoder)?
  /// Tensors in the files that no layer uses.
  public let unusedTensors: [String]

  public init(_ weights: Weights, _ description: AutoencoderDescription) throws {
    let weights = weights.inFloat32
    let hasEncoder = weights.contains("encoder.conv_in.weight")
    self.init(
      decoder: try AutoencoderDecoder(weights, description),
      encoder: hasEncoder ? try AutoencoderEncoder(weights, description) : nil, unusedTensors: weights.unused)
  }

  init(decoder: any LatentDecoder, encoder: (any PictureEncoder)?, unusedTensors: [String]) {
    self.decoder = decoder
    self.encoder = encoder
    self.unusedTensors = unusedTensors
  }

  /// - Parameter latents: in the UNet's scale, [n, h, w, latentChannels].
  /// - Returns: [n, h * factor, w * factor, 3], red, green and blue in about -1 ... 1.
  public func decode(_ latents: Tensor) -> Tensor { decoder(latents) }

  /// The picture of latents, [n, height, width, 3], 0 ... 255, not yet rounded.
  public func pixels(_ latents: Tensor) -> Tensor { 127.5 * decode(latents) + 127.5 }
}

/// Latents to pixels.
protocol LatentDecoder: Sendable {
  /// From latents in the UNet's scale, [n, h, w, latentChannels], to pixels in about -1 ... 1.
  func callAsFunction(_ latents: Tensor) -> Tensor
}

/// Pixels to latents.
public protocol PictureEncoder: Sendable {
  /// - Parameter pixels: [n, h, w, 3] in -1 ... 1; h and w are multiples of the autoencoder's factor.
  func callAsFunction(_ pixels: Tensor) -> LatentDistribution
}

/// The normal distribution of a picture's latents that an encoder gives, in the UNet's scale.
public struct LatentDistribution: Sendable {
  /// The most likely latents, [n, h / factor, w / factor, latentChannels].
  public let mean: Tensor
  /// Their standard deviations, of the same shape; nil where an encoder is deterministic.
  public let deviation: Tensor?

  /// Latents drawn from the distribution.
  /// - Parameter noise: of the mean's shape, normally distributed with variance one.
  public func sample(_ noise: Tensor) -> Tensor { deviation.map { mean + $0 * noise } ?? mean }
}
