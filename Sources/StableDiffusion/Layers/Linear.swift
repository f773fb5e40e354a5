import Checkpoints
import Tensors

/// y = x W^T + b: every token or pixel [..., in] becomes [..., out].
struct Linear {
  private let weights: PackedWeights
  private let bias: Tensor?

  /// - Parameter isGated: whether the outputs are values and gates, for `Activation.geglu`.
  init(_ weights: Weights, _ inputs: Int, _ outputs: Int, hasBias: Bool = true, isGated: Bool = false) throws
  {
    self.weights = PackedWeights(
      try weights.tensor("weight", shape: [outputs, inputs]), isGated: isGated, packing: weights.packing)
    bias = hasBias ? try weights.tensor("bias", shape: [outputs]).float32() : nil
  }

  /// Several layers with the same inputs as one, their outputs side by side.
  init(joining layers: [(weights: Weights, outputs: Int)], _ inputs: Int, hasBias: Bool) throws {
    weights = PackedWeights(
      joining: try layers.map { try $0.weights.tensor("weight", shape: [$0.outputs, inputs]) },
      packing: layers[0].weights.packing)
    bias =
      hasBias
      ? Tensor.batch(try layers.map { try $0.weights.tensor("bias", shape: [$0.outputs]).float32() }) : nil
  }

  func callAsFunction(
    _ x: Tensor, adding residual: Tensor? = nil, then activation: Activation = .identity
  ) -> Tensor {
    x.multiplied(by: weights, then: Epilogue(bias: bias, residual: residual, activation: activation))
  }
}
