import CKernels

/// What the networks apply element by element.
public enum Activation: Sendable {
  /// x
  case identity
  /// x / (1 + exp(-x))
  case silu
  /// x/2 (1 + erf(x / sqrt 2))
  case gelu
  /// x / (1 + exp(-1.702 x)), CLIP's approximation
  case quickGelu
  /// value * gelu(gate), for gated weights
  case geglu

  var kernelActivation: lw_activation {
    switch self {
    case .identity: LW_IDENTITY
    case .silu: LW_SILU
    case .gelu: LW_GELU
    case .quickGelu: LW_QUICK_GELU
    case .geglu: LW_GEGLU
    }
  }
}

/// What happens to a matrix product or a convolution before it is stored, in this order, at no cost of memory traffic.
public struct Epilogue: Sendable {
  /// [columns], added to every row.
  public var bias: Tensor?
  /// [n, columns], added to every row of an image: the time term.
  public var imageBias: Tensor?
  /// Of the result's shape.
  public var residual: Tensor?
  public var activation: Activation

  public init(
    bias: Tensor? = nil, imageBias: Tensor? = nil, residual: Tensor? = nil, activation: Activation = .identity
  ) {
    self.bias = bias
    self.imageBias = imageBias
    self.residual = residual
    self.activation = activation
  }

  /// What the kernels read, for a product of `rows` rows; valid inside `body`.
  func withKernelEpilogue(
    rows: Int, weights: PackedWeights, _ body: (UnsafePointer<lw_epilogue>) -> Void
  ) {
    let columns = weights.isGated ? weights.columns / 2 : weights.columns
    precondition(bias.map { $0.count == weights.columns } ?? true, "A bias has one number a column.")
    precondition(residual.map { $0.count == rows * columns } ?? true, "A residual has the result's shape.")
    precondition(imageBias.map { $0.shape.last == columns } ?? true, "A time term has one number a column.")
    precondition(weights.isGated == (activation == .geglu), "GEGLU and gated weights belong together.")
    let images = imageBias.map { $0.count / columns } ?? 1
    var epilogue = lw_epilogue(
      bias: UnsafePointer(bias?.storage.address), image_bias: UnsafePointer(imageBias?.storage.address),
      rows_per_image: rows / max(1, images), residual: UnsafePointer(residual?.storage.address),
      residual_stride: columns, activation: activation.kernelActivation)
    withExtendedLifetime(self) { body(&epilogue) }
  }
}
