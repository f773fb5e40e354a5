import Checkpoints
import Glibc
import Tensors

/// A decoder of a million weights, distilled from Stable Diffusion's (TAESD, madebyollin).
struct TinyDecoder: LatentDecoder {
  private let layers: TinyLayers

  /// - Parameter weights: the numbered layers of the decoder.
  init(_ weights: Weights, latentChannels: Int) throws {
    layers = try TinyLayers(weights, from: latentChannels, to: 3, .upsample)
  }

  var factor: Int { layers.factor }

  func callAsFunction(_ latents: Tensor) -> Tensor {
    2 * layers.last(layers.middle(layers.first(latents.mapped { tanh($0 / 3) * 3 }).relu())) + -1
  }
}

/// The encoder to `TinyDecoder`. It gives one result, already in the UNet's scale.
struct TinyEncoder: PictureEncoder {
  private let layers: TinyLayers

  /// - Parameter weights: the numbered layers of the encoder.
  init(_ weights: Weights, latentChannels: Int) throws {
    layers = try TinyLayers(weights, from: 3, to: latentChannels, .downsample)
  }

  var factor: Int { layers.factor }

  func callAsFunction(_ pixels: Tensor) -> LatentDistribution {
    LatentDistribution(mean: layers.last(layers.middle(layers.first(0.5 * pixels + 0.5))), deviation: nil)
  }
}

/// One half of a tiny autoencoder: a convolution, blocks with a change of size between each few of them, and a
/// convolution.
///
/// Files number the layers, each kind of file in its own way, and leave out numbers for what has no weights. What a
/// layer is shows in its names: a block has three convolutions, a change of size has no bias.
private struct TinyLayers {
  let first: Convolution
  let last: Convolution
  /// Pixels to a latent in each direction.
  let factor: Int
  private let inner: [Layer]

  private enum Layer {
    case block(TinyBlock)
    case change(Convolution)
  }

  init(_ weights: Weights, from inputs: Int, to outputs: Int, _ change: ConvolutionGeometry) throws {
    let numbers = Set(weights.names.compactMap { $0.split(separator: ".").first.flatMap { Int($0) } })
      .sorted()
    let (firstNumber, lastNumber) = (numbers.first ?? 0, numbers.last ?? 0)
    // A file's own 0 is refused like any other wrong size.
    let width = { (layer: Weights) in max(1, layer.shape("weight")?.first ?? 1) }
    var channels = width(weights[firstNumber])
    first = try Convolution(weights[firstNumber], inputs, channels)
    inner = try numbers.dropFirst().dropLast().map { number in
      let layer = weights[number]
      if layer.contains("conv.0.weight") { return .block(try TinyBlock(layer["conv"], channels)) }
      let next = width(layer)
      defer { channels = next }
      return .change(try Convolution(layer, channels, next, change, hasBias: false))
    }
    last = try Convolution(weights[lastNumber], channels, outputs)
    factor = 1 << inner.count { if case .change = $0 { true } else { false } }
  }

  func middle(_ x: Tensor) -> Tensor {
    inner.reduce(x) { h, layer in
      switch layer {
      case .block(let block): block(h)
      case .change(let convolution): convolution(h)
      }
    }
  }
}

/// Three convolutions around which the input is added again (He et al., arXiv 1512.03385), without norms.
private struct TinyBlock {
  private let convolutions: [Convolution]

  init(_ weights: Weights, _ channels: Int) throws {
    convolutions = try [0, 2, 4].map { try Convolution(weights[$0], channels, channels) }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let h = convolutions[1](convolutions[0](x).relu()).relu()
    return convolutions[2](h, adding: x).relu()
  }
}
