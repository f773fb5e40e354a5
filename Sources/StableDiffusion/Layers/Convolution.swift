import Checkpoints
import Tensors

/// A convolution of pictures [n, h, w, in] to [n, h', w', out].
struct Convolution {
  private let geometry: ConvolutionGeometry
  private let weights: PackedWeights
  private let bias: Tensor?

  init(
    _ weights: Weights, _ inputs: Int, _ outputs: Int, _ geometry: ConvolutionGeometry = .same,
    hasBias: Bool = true
  ) throws {
    let size = geometry.kernel
    self.geometry = geometry
    self.weights = PackedWeights(
      try weights.tensor("weight", shape: [outputs, inputs, size, size]), for: geometry,
      packing: weights.packing)
    bias = hasBias ? try weights.tensor("bias", shape: [outputs]).float32() : nil
  }

  /// - Parameters:
  ///   - skip: a tensor that is concatenated with `x` along the channels.
  ///   - size: height and width of the upsampled `x`, for `.upsample`; absent: twice its own.
  ///   - imageBias: [n, out], added to every pixel of an image.
  ///   - residual: of the result's shape, added to it.
  func callAsFunction(
    _ x: Tensor, beside skip: Tensor? = nil, upsampledTo size: (height: Int, width: Int)? = nil,
    imageBias: Tensor? = nil, adding residual: Tensor? = nil
  ) -> Tensor {
    x.convolved(
      by: weights, geometry, beside: skip, upsampledTo: size,
      then: Epilogue(bias: bias, imageBias: imageBias, residual: residual))
  }
}
