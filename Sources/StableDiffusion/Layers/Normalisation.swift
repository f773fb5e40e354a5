import Checkpoints
import Tensors

/// What the group norms of a network have in common.
struct GroupNormDescription: Sendable, Hashable {
  let groups: Int
  let epsilon: Float
}

/// Normalises groups of channels over each picture, then scales and shifts each channel.
struct GroupNorm {
  private let description: GroupNormDescription
  private let scale: Tensor
  private let shift: Tensor

  init(_ weights: Weights, _ channels: Int, _ description: GroupNormDescription) throws {
    self.description = description
    scale = try weights.tensor("weight", shape: [channels]).float32()
    shift = try weights.tensor("bias", shape: [channels]).float32()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    normalised(x, beside: nil, thenSilu: false)
  }

  /// silu(norm(x)) in one pass; with a skip connection, of both side by side.
  func silu(_ x: Tensor, beside skip: Tensor? = nil) -> Tensor {
    normalised(x, beside: skip, thenSilu: true)
  }

  private func normalised(_ x: Tensor, beside skip: Tensor?, thenSilu: Bool) -> Tensor {
    x.groupNormalised(
      beside: skip, groups: description.groups, epsilon: description.epsilon, scale: scale, shift: shift,
      thenSilu: thenSilu)
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
