import CKernels

/// The precision in which a checkpoint stores a tensor. Activations are always float32.
public enum ElementType: Sendable, Hashable, CaseIterable {
  case float32, float16, bfloat16

  /// Bytes a value takes.
  public var byteCount: Int { lw_element_bytes(kernelType) }

  var kernelType: lw_element {
    switch self {
    case .float32: LW_FLOAT32
    case .float16: LW_FLOAT16
    case .bfloat16: LW_BFLOAT16
    }
  }
}
