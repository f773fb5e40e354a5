import Checkpoints
import Tensors

/// A residual block and, in stages with attention, a transformer after it.
private struct Layer {
  private let channels: Int
  private let residual: ResidualBlock
  private let transformer: SpatialTransformer?

  /// - Parameter index: the layer's index in the stage.
  init(
    _ weights: Weights, _ index: Int, _ inputs: Int, _ stage: UNetDescription.Stage,
    in description: UNetDescription
  ) throws {
    channels = stage.channels
    residual = try ResidualBlock(
      weights["resnets"][index], inputs, stage.channels, timeWidth: description.timeWidth,
      norm: description.norm)
    transformer = try stage.attention.map {
      try SpatialTransformer(
        weights["attentions"][index], stage.channels, heads: $0.heads, depth: $0.depth, in: description)
    }
  }

  func callAsFunction(_ x: Tensor, beside skip: Tensor? = nil, _ condition: Condition) -> Tensor {
    guard !condition.session.isCancelled else {
      return Tensor(shape: x.shape.dropLast() + [channels], repeating: 0)
    }
    let h = residual(x, beside: skip, activatedTime: condition.activatedTime)
    return transformer?(h, condition.session) ?? h
  }
}

/// A down block: residual blocks, transformers, and a downsampling convolution. All of its results become skip
/// connections.
struct DownStage {
  private let layers: [Layer]
  private let downsampling: Convolution?

  init(_ weights: Weights, _ inputs: Int, _ stage: UNetDescription.Stage, in description: UNetDescription)
    throws
  {
    layers = try (0..<stage.layers).map {
      try Layer(weights, $0, $0 == 0 ? inputs : stage.channels, stage, in: description)
    }
    downsampling =
      stage.changesSize
      ? try Convolution(weights["downsamplers"][0]["conv"], stage.channels, stage.channels, .downsample) : nil
  }

  func callAsFunction(_ x: Tensor, _ condition: Condition, skips: inout [Tensor]) -> Tensor {
    var h = x
    for layer in layers {
      h = layer(h, condition)
      skips.append(h)
    }
    guard let downsampling else { return h }
    h = downsampling(h)
    skips.append(h)
    return h
  }
}

/// The mid block, at the lowest resolution.
struct MiddleStage {
  private let first: ResidualBlock
  private let transformer: SpatialTransformer
  private let second: ResidualBlock

  init(_ weights: Weights, _ stage: UNetDescription.MiddleStage, in description: UNetDescription) throws {
    let block = { (index: Int) in
      try ResidualBlock(
        weights["resnets"][index], stage.channels, stage.channels, timeWidth: description.timeWidth,
        norm: description.norm)
    }
    first = try block(0)
    transformer = try SpatialTransformer(
      weights["attentions"][0], stage.channels, heads: stage.attention.heads, depth: stage.attention.depth,
      in: description)
    second = try block(1)
  }

  func callAsFunction(_ x: Tensor, _ condition: Condition) -> Tensor {
    let h = transformer(first(x, activatedTime: condition.activatedTime), condition.session)
    return second(h, activatedTime: condition.activatedTime)
  }
}

/// An up block: each layer takes the skip connection of the corresponding layer of a down block.
struct UpStage {
  private let layers: [Layer]
  private let upsampling: Convolution?

  /// - Parameter skips: the channels of the skip connections, in the order in which the layers take them.
  init(
    _ weights: Weights, _ inputs: Int, skips: [Int], _ stage: UNetDescription.Stage,
    in description: UNetDescription
  ) throws {
    layers = try skips.enumerated().map { index, skip in
      try Layer(weights, index, (index == 0 ? inputs : stage.channels) + skip, stage, in: description)
    }
    upsampling =
      stage.changesSize
      ? try Convolution(weights["upsamplers"][0]["conv"], stage.channels, stage.channels, .upsample) : nil
  }

  func callAsFunction(_ x: Tensor, _ condition: Condition, skips: inout [Tensor]) -> Tensor {
    var h = x
    for layer in layers { h = layer(h, beside: skips.removeLast(), condition) }
    // The size of the next skip connection: one less than twice h's where an odd size was halved.
    guard let upsampling, let (_, height, width, _) = skips.last?.shape4 else { return h }
    return upsampling(h, upsampledTo: (height, width))
  }
}
