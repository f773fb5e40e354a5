import Checkpoints
import Tensors

/// Normalises groups of channels over each picture, then scales and shifts each channel.
struct GroupNorm {
  private let groups: Int
  private let epsilon: Float
  private let scale: Tensor
  private let shift: Tensor

  init(_ weights: Weights, _ channels: Int, groups: Int, epsilon: Float) throws {
    self.groups = groups
    self.epsilon = epsilon
    scale = try weights.tensor("weight", shape: [channels]).float32()
    shift = try weights.tensor("bias", shape: [channels]).float32()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.groupNormalised(groups: groups, epsilon: epsilon, scale: scale, shift: shift, thenSilu: false)
  }

  /// silu(norm(x)) in one pass; with a skip connection, of both side by side.
  func silu(_ x: Tensor, beside skip: Tensor? = nil) -> Tensor {
    x.groupNormalised(
      beside: skip, groups: groups, epsilon: epsilon, scale: scale, shift: shift, thenSilu: true)
  }
}

/// Normalises each token, then scales and shifts each channel.
struct LayerNorm {
  private let epsilon: Float
  private let scale: Tensor
  private let shift: Tensor

  init(_ weights: Weights, _ channels: Int, epsilon: Float = 1e-5) throws {
    self.epsilon = epsilon
    scale = try weights.tensor("weight", shape: [channels]).float32()
    shift = try weights.tensor("bias", shape: [channels]).float32()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalised(epsilon: epsilon, scale: scale, shift: shift)
  }
}
