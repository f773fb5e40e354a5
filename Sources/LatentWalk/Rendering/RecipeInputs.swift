import Checkpoints
import Media
import StableDiffusion
import Tensors

/// The arrays and the picture that a recipe names, read and checked against the model.
struct RecipeInputs {
  /// Text embeddings of the key frames that have one in place of a prompt, [1, tokens, width].
  let embeddings: [Recipe.FileReference: Tensor]
  /// Initial noises, [1, h, w, channels].
  let noises: [Recipe.FileReference: Tensor]
  /// The picture to begin with, in the recipe's size.
  let start: Picture?
  /// The key frames' own pictures, in the recipe's size, by the key frame's index.
  let pictures: [Int: Picture]

  /// - Parameter locate: where the file of a field lies.
  init(
    _ recipe: Recipe, _ model: ModelDescription,
    locate: (_ field: String, _ file: Recipe.FileReference) throws -> String
  ) throws {
    var (embeddings, noises) = ([Recipe.FileReference: Tensor](), [Recipe.FileReference: Tensor]())
    for (index, keyFrame) in recipe.walk.keyFrames.enumerated() {
      let field = "walk.keyFrames[\(index)]"
      if let file = keyFrame.embedding {
        embeddings[file] = try Self.embedding(locate("\(field).embedding", file), model)
      }
      if let file = keyFrame.noise {
        noises[file] = try Self.noise(locate("\(field).noise", file), LatentSize(recipe, model))
      }
    }
    self.embeddings = embeddings
    self.noises = noises
    func picture(_ field: String, _ file: Recipe.FileReference) throws -> Picture {
      try Picture(file: locate(field, file)).fitted(
        width: recipe.settings.width, height: recipe.settings.height)
    }
    start = try recipe.walk.keyFrames[0].start.map {
      try picture("walk.keyFrames[0].start.picture", $0.picture)
    }
    var pictures = [Int: Picture]()
    for (index, keyFrame) in recipe.walk.keyFrames.enumerated() {
      pictures[index] = try keyFrame.picture.map { try picture("walk.keyFrames[\(index)].picture", $0) }
    }
    self.pictures = pictures
  }

  private static func noise(_ path: String, _ size: LatentSize) throws -> Tensor {
    let array = try NumpyArray(finite: path)
    let (first, last) = ([size.channels, size.height, size.width], [size.height, size.width, size.channels])
    let shape = array.shape.count == 4 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
    // A square of as many pixels as channels fits both ways; it is read in PyTorch's layout.
    if shape == first { return Tensor(shape: [1] + first, values: array.values).channelsLast() }
    if shape == last { return Tensor(shape: [1] + last, values: array.values) }
    throw RenderError.noiseShape(path: path, found: array.shape, expected: [first, last])
  }

  /// A prompt of several chunks has several times the model's 77 tokens.
  private static func embedding(_ path: String, _ model: ModelDescription) throws -> Tensor {
    let array = try NumpyArray(finite: path)
    let expected = [model.textEncoder.positions, model.textEncoder.width]
    let shape = array.shape.count == 3 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
    guard shape.count == 2, shape[1] == expected[1], shape[0] > 0, shape[0] % expected[0] == 0 else {
      throw RenderError.embeddingShape(path: path, found: array.shape, expected: expected)
    }
    return Tensor(shape: [1] + shape, values: array.values)
  }
}

/// The size of a recipe's latents.
struct LatentSize {
  let width: Int
  let height: Int
  let channels: Int

  init(_ recipe: Recipe, _ model: ModelDescription) {
    width = recipe.settings.width / model.autoencoder.factor
    height = recipe.settings.height / model.autoencoder.factor
    channels = model.unet.latentChannels
  }

  var pixels: Int { width * height }
}

extension NumpyArray {
  /// An array in which no number is NaN or infinite.
  init(finite path: String) throws {
    try self.init(npyFile: path)
    guard values.allSatisfy(\.isFinite) else { throw RenderError.notFinite(path: path) }
  }
}

extension Picture {
  /// [1, height, width, 3] in -1 ... 1.
  var tensor: Tensor {
    Tensor(shape: [1, height, width, 3], values: pixels.map { Float($0) / 127.5 - 1 })
  }

  /// - Parameter pixels: [1, height, width, 3], 0 ... 255, not yet rounded.
  init(_ pixels: Tensor) {
    let (_, height, width, _) = pixels.shape4
    self.init(width: width, height: height, pixels: pixels.roundedBytes())
  }
}
