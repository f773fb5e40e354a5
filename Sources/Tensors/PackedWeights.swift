import CKernels

/// The weights of a linear layer or a convolution, packed into the panels that the matrix kernels read.
///
/// In float32 packing keeps the checkpoint's precision (float16 stays float16), so that a loaded model takes about as
/// much memory as its file; 16-bit integers take as much as float16. Weights are packed nowhere else.
///
///     let weights = PackedWeights(StoredTensor(Tensor(shape: [2, 3], repeating: 1)))       // [out, in]
///     let y = Tensor(shape: [1, 3], repeating: 1).multiplied(by: weights)                 // [1, 2]
public struct PackedWeights: Sendable {
  private let panels: PanelMemory
  /// Outputs of the layer as stored; a gated layer gives half as many.
  let columns: Int
  /// Inputs of the layer.
  let channels: Int
  /// 1 for a linear layer, height * width for a convolution.
  let taps: Int
  let isGated: Bool
  /// Decides the arithmetic of the layer.
  let packing: Packing
  private let elementType: ElementType
  private let arithmetic: lw_arithmetic

  /// - Parameters:
  ///   - stored: [out, in] or [out, in, height, width].
  ///   - geometry: of the convolution for which the weights are meant, if there is one. Another one is computed
  ///     correctly, and perhaps not as fast.
  ///   - isGated: whether the outputs are two halves, values and gates, for `Activation.geglu`.
  public init(
    _ stored: StoredTensor, for geometry: ConvolutionGeometry = .pointwise, isGated: Bool = false,
    packing: Packing = Packing()
  ) {
    columns = stored.shape[0]
    channels = stored.shape[1]
    taps = stored.shape.dropFirst(2).reduce(1, *)
    elementType = stored.elementType
    self.isGated = isGated
    self.packing = packing
    var description = lw_weights(
      panels: nil, element: elementType.kernelType, arithmetic: LW_ARITHMETIC_FLOAT32, columns: columns,
      taps: taps, channels: channels, gated: isGated)
    if packing.precision == .int16 {
      let isWinograd = packing.convolution == .winograd && geometry.keepsSize
      let fits = isWinograd && lw_weights_fit_winograd(&description)
      description.arithmetic = fits ? LW_ARITHMETIC_INT16_WINOGRAD : LW_ARITHMETIC_INT16
    }
    arithmetic = description.arithmetic
    panels = PanelMemory(byteCount: lw_panels_bytes(&description))
    description.panels = UnsafeRawPointer(panels.address)
    withExtendedLifetime(stored) {
      lw_pack_panels(&description, panels.address, stored.bytes.baseAddress)
    }
  }

  /// Several linear layers with the same inputs as one: their outputs side by side.
  public init(joining layers: [StoredTensor], packing: Packing = Packing()) {
    self.init(StoredTensor(joiningRowsOf: layers), packing: packing)
  }

  /// What the kernels read; valid inside `body`.
  func withKernelWeights<Result>(_ body: (UnsafePointer<lw_weights>) -> Result) -> Result {
    var weights = lw_weights(
      panels: UnsafeRawPointer(panels.address), element: elementType.kernelType, arithmetic: arithmetic,
      columns: columns, taps: taps, channels: channels, gated: isGated)
    return withExtendedLifetime(panels) { body(&weights) }
  }
}

/// The memory of panels: written once, then only read.
private final class PanelMemory: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  private let byteCount: Int

  init(byteCount: Int) {
    self.byteCount = byteCount
    address = TensorAllocator.shared.allocate(byteCount)
  }

  deinit { TensorAllocator.shared.deallocate(address, byteCount) }
}
