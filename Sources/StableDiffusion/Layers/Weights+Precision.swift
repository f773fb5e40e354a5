import Checkpoints
import Tensors

extension Weights {
  /// The same weights for layers that stay in float32 whatever the precision of the others: those where a network
  /// begins and ends, whose errors reach everything or the result itself, and those that cost next to nothing.
  var inFloat32: Weights { packed(Packing(convolution: packing.convolution, precision: .float32)) }
}
