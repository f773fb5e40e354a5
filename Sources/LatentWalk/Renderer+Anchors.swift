import Checkpoints
import Foundation
import StableDiffusion
import Tensors

/// What a walk mixes, drawn or read, and how many frames are rendered together.
extension Renderer {
  /// The noises of a recipe, each [1, h, w, channels]. A noise file takes the place of the first.
  /// - Parameter skipped: how often the seed's generator was asked for as many numbers before.
  static func noises(
    _ recipe: Recipe, count: Int, after skipped: Int = 0, _ model: ModelDescription
  ) throws -> [Tensor] {
    let factor = model.autoencoder.factor
    let (height, width) = (recipe.height / factor, recipe.width / factor)
    let channels = model.unet.latentChannels
    let largest = recipe.rng.seeds.upperBound
    guard recipe.seed <= largest else {
      throw RenderError.seed(recipe.seed, generator: recipe.rng.rawValue, largest: largest)
    }
    return try (0..<count).map { draw in
      if draw == 0, let file = recipe.noise { return try noise(file.path, height, width, channels) }
      return recipe.rng.normals(
        seed: recipe.seed, draw: draw + skipped, height: height, width: width, channels: channels)
    }
  }

  /// What the steps of a sampler that adds noise add, one [1, h, w, channels] a step and the same for all frames, so that a
  /// walk stays smooth.
  /// - Parameter drawn: how many draws of the seed came before: the walk's own, which are 0, and with a circle 1, or those of a
  ///   picture to begin with. A noise file takes the place of a draw and moves none of the others.
  static func stepNoises(_ recipe: Recipe, steps: Int, after drawn: Int, _ model: ModelDescription)
    -> [Tensor]
  {
    guard recipe.sampler.drawsNoise else { return [] }
    let factor = model.autoencoder.factor
    return recipe.rng.normals(
      seed: recipe.seed, draws: drawn..<drawn + steps, height: recipe.height / factor,
      width: recipe.width / factor, channels: model.unet.latentChannels)
  }

  private static func noise(_ path: String, _ height: Int, _ width: Int, _ channels: Int) throws -> Tensor {
    let array = try finiteArray(path)
    let (first, last) = ([channels, height, width], [height, width, channels])
    let shape = array.shape.count == 4 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
    // A square of as many pixels as channels fits both ways; it is taken for PyTorch's layout.
    if shape == first { return Tensor(shape: [1] + first, values: array.values).channelsLast() }
    if shape == last { return Tensor(shape: [1] + last, values: array.values) }
    throw RenderError.noiseShape(path: path, found: array.shape, expected: [first, last])
  }

  static func finiteArray(_ path: String) throws -> NumpyArray {
    let array = try NumpyArray(npyFile: path)
    guard array.values.allSatisfy(\.isFinite) else { throw RenderError.notFinite(path: path) }
    return array
  }

  /// A text embedding from a file, [1, tokens, width]; a prompt of several chunks has several times the model's 77 tokens.
  static func embedding(_ path: String, _ model: ModelDescription) throws -> Tensor {
    let array = try finiteArray(path)
    let expected = [model.textEncoder.positions, model.textEncoder.width]
    let shape = array.shape.count == 3 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
    guard shape.count == 2, shape[1] == expected[1], shape[0] > 0, shape[0] % expected[0] == 0 else {
      throw RenderError.embeddingShape(path: path, found: array.shape, expected: expected)
    }
    return Tensor(shape: [1] + shape, values: array.values)
  }

  /// As many frames as half of the free memory holds, but no more than make the kernels faster: a batch is lost when the work is
  /// stopped, and the first frame should not take long.
  static func fittingBatch(_ recipe: Recipe, _ model: ModelDescription) -> Int {
    let factor = model.autoencoder.factor
    let pixels = (recipe.height / factor) * (recipe.width / factor)
    let fast = max(1, 4096 / max(1, pixels))
    let halves = recipe.guidance == 1 ? 1 : 2
    let bytesPerFrame = halves * model.unet.activationBytes(pixels: pixels)
    return max(1, min(fast, 16, TensorMemory.available / 2 / bytesPerFrame))
  }
}
