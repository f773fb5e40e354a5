import Tensors

/// A linear map from latents to colours, one pixel for each latent: rough previews at no cost.
///
///     let pipeline = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"))
///     let colours = LatentColours(of: pipeline.autoencoder, latentChannels: 4)
///     let latents = NoiseGenerator.pytorch.normals(seed: 42, draw: 0, height: 64, width: 64, channels: 4)
///     let pixels = colours.pixels(latents)       // [1, 64, 64, 3], 0 ... 255
///
/// The map is fitted to the decoder, so that any model has one: a patch of one latent vector is decoded for each direction, and the mean
/// colours of opposite patches give the slope.
public struct LatentColours: Sendable {
  private let weights: PackedWeights
  private let bias: Tensor

  public init(of autoencoder: Autoencoder, latentChannels: Int) {
    let side = 4
    let colour = { (channel: Int?, value: Float) -> [Float] in
      let patch = Tensor(
        shape: [1, side, side, latentChannels],
        values: (0..<side * side * latentChannels).map { $0 % latentChannels == channel ? value : 0 })
      return autoencoder.pixels(patch).meanChannels
    }
    bias = Tensor(shape: [3], values: colour(nil, 0))
    let slopes = (0..<latentChannels).map { channel in
      zip(colour(channel, 1), colour(channel, -1)).map { ($0 - $1) / 2 }
    }
    let rows = (0..<3).flatMap { colour in slopes.map { $0[colour] } }
    weights = PackedWeights(StoredTensor(Tensor(shape: [3, latentChannels], values: rows)))
  }

  /// Latents [n, h, w, channels] -> [n, h, w, 3], about 0 ... 255, not yet rounded.
  public func pixels(_ latents: Tensor) -> Tensor {
    latents.multiplied(by: weights, then: Epilogue(bias: bias))
  }
}

extension Tensor {
  /// The mean of each channel of [1, h, w, 3].
  fileprivate var meanChannels: [Float] {
    let (_, h, w, c) = shape4
    return withValues { values in
      (0..<c).map { channel in
        stride(from: channel, to: values.count, by: c).reduce(0) { $0 + values[$1] } / Float(h * w)
      }
    }
  }
}
