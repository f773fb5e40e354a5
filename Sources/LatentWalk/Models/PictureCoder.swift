import Checkpoints
import Media
import Sampling
import StableDiffusion
import Tensors

/// Turns picture files into latents and latents into pictures: the autoencoder of a model, without the rest of it.
///
///     let coder = try PictureCoder(ModelFolder(path: "stable-diffusion-v1-5"))
///     let latents = try coder.latents(of: "cat.jpg", width: 512, height: 512)      // [1, 64, 64, 4]
public struct PictureCoder: Sendable {
  private let description: ModelDescription
  private let autoencoder: Autoencoder

  /// - Parameter files: the autoencoder's, where others take the place of the model's own.
  public init(_ folder: ModelFolder, autoencoder files: AutoencoderFiles = AutoencoderFiles(encodes: true))
    throws
  {
    description = try ModelDescription(folder)
    autoencoder = try Autoencoder(files, of: folder, description.autoencoder)
  }

  /// Width and height of the pictures that the model was trained on, in pixels.
  public var defaultSize: Int { description.defaultSize }
  /// Tensors in the autoencoder's files that no layer uses.
  public var unusedTensors: [String] { autoencoder.unusedTensors }

  /// The latents of a picture, [1, h, w, channels], in the scale of the UNet.
  /// - Parameter seed: draws them from their distribution; nil for the most likely ones.
  public func latents(
    of path: String, width: Int, height: Int, seed: UInt64? = nil, rng: NoiseGenerator = .pytorch
  ) throws -> Tensor {
    let factor = description.autoencoder.factor
    let limit = Recipe.sizes.upperBound
    guard max(width, height) <= limit else {
      throw RenderError.tooLarge(width: width, height: height, limit: limit)
    }
    guard width > 0, height > 0, width % factor == 0, height % factor == 0 else {
      throw RenderError.size(width: width, height: height, multiple: factor)
    }
    guard let encoder = autoencoder.encoder else {
      throw AutoencoderError.noEncoder(path: "This autoencoder")
    }
    try reserve(latentPixels: width / factor * (height / factor))
    let distribution = encoder(try Picture(file: path).fitted(width: width, height: height).tensor)
    guard let seed else { return distribution.mean }
    guard rng.seeds.contains(seed) else {
      throw RecipeError.invalid(
        field: "seed", found: "\(seed)",
        accepted: "one up to \(rng.seeds.upperBound), as \(rng.rawValue) takes them")
    }
    let (_, h, w, channels) = distribution.mean.shape4
    return distribution.sample(rng.normals(seed: seed, draw: 0, height: h, width: w, channels: channels))
  }

  /// The picture of latents in a file, float32 [channels, h, w].
  public func picture(ofLatents path: String) throws -> Picture {
    let array = try NumpyArray(finite: path)
    let shape = array.shape.count == 4 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
    let channels = description.autoencoder.latentChannels
    guard shape.count == 3, shape[0] == channels, shape[1...].allSatisfy({ 1...1024 ~= $0 }) else {
      throw RenderError.latentsShape(path: path, found: array.shape, channels: channels)
    }
    try reserve(latentPixels: shape[1] * shape[2])
    let latents = Tensor(shape: [1] + shape, values: array.values).channelsLast()
    return Picture(autoencoder.pixels(latents))
  }

  private func reserve(latentPixels: Int) throws(TensorMemoryError) {
    try TensorMemory.reserve(bytes: description.autoencoder.activationBytes(latentPixels: latentPixels))
  }
}
