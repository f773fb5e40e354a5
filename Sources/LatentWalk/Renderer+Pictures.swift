import Media
import Sampling
import StableDiffusion
import Tensors

/// Beginning with a picture instead of noise.
extension Renderer {
  /// The latents from which a recipe with a picture is denoised, [1, h, w, channels]: the picture's, noised for the first level.
  ///
  /// From the seed are drawn first, where the encoder is not sure of the latents, their deviation, and then the noise, as diffusers'
  /// `StableDiffusionImg2ImgPipeline` draws them; `draws` is how many that were.
  static func start(
    _ start: Recipe.Start, of recipe: Recipe, at levels: SamplingSchedule,
    with generator: StableDiffusionPipeline
  ) throws -> (latents: Tensor, draws: Int) {
    let picture = try Picture(file: start.picture.path).fitted(width: recipe.width, height: recipe.height)
    guard let encoder = generator.autoencoder.encoder else {
      throw AutoencoderError.noEncoder(path: recipe.vae?.path ?? recipe.model.name)
    }
    precondition(recipe.walk == .image, "A walk does not begin with a picture.")
    let distribution = encoder(picture.tensor)
    var drawn = recipe
    drawn.noise = nil
    let isSure = distribution.deviation == nil
    let denoised = distribution.sample(try noises(drawn, count: 1, generator.description)[0])
    let noise = try noises(recipe, count: 1, after: isSure ? 0 : 1, generator.description)[0]
    return (levels.noised(denoised, with: noise), isSure ? 1 : 2)
  }
}

extension Picture {
  /// [1, height, width, 3] in -1 ... 1.
  package var tensor: Tensor {
    Tensor(shape: [1, height, width, 3], values: pixels.map { Float($0) / 127.5 - 1 })
  }

  /// - Parameter pixels: [1, height, width, 3], 0 ... 255, not yet rounded.
  package init(_ pixels: Tensor) {
    let (_, height, width, _) = pixels.shape4
    self.init(width: width, height: height, pixels: pixels.roundedBytes())
  }
}
