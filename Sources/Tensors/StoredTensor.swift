import CKernels

/// A tensor as a checkpoint holds it: its bytes in the file's precision and in PyTorch's layout (a linear layer [out,
/// in], a convolution [out, in, height, width]). Nothing is converted before a layer packs it or calls `float32()`.
public struct StoredTensor: Sendable {
  public let shape: [Int]
  public let elementType: ElementType
  /// The values; valid as long as `owner` lives, so a reader keeps the tensor alive (`withExtendedLifetime`).
  /// Need not be aligned.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
  private let owner: any AnyObject & Sendable

  /// - Parameter owner: what keeps `bytes` valid.
  public init(
    shape: [Int], elementType: ElementType, bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable
  ) {
    precondition(
      bytes.count == shape.reduce(1, *) * elementType.byteCount, "The bytes must fill the shape exactly.")
    self.shape = shape
    self.elementType = elementType
    self.bytes = bytes
    self.owner = owner
  }

  public var count: Int { shape.reduce(1, *) }

  /// The same bytes under another shape of the same size, such as a 1x1 convolution as a matrix.
  public func reshaped(_ shape: [Int]) -> StoredTensor {
    StoredTensor(shape: shape, elementType: elementType, bytes: bytes, owner: owner)
  }

  /// Some rows of a tensor [rows, ...]; nothing is copied.
  public func rowRange(_ rows: Range<Int>) -> StoredTensor {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= shape.first ?? 0, "\(shape) has no rows \(rows).")
    let size = shape.dropFirst().reduce(elementType.byteCount, *)
    return StoredTensor(
      shape: [rows.count] + shape.dropFirst(), elementType: elementType,
      bytes: UnsafeRawBufferPointer(
        rebasing: bytes[rows.lowerBound * size..<rows.upperBound * size]), owner: owner)
  }
}

extension StoredTensor {
  /// The values as float32, under the stored shape.
  public func float32() -> Tensor {
    Tensor(shape: shape) { result in
      withExtendedLifetime(owner) {
        lw_to_float32(result.baseAddress, bytes.baseAddress, elementType.kernelType, count)
      }
    }
  }

  /// Some rows of a table [rows, width], in the order of `indices`, as float32: how token embeddings are looked up.
  public func rows(_ indices: [Int]) -> Tensor {
    precondition(shape.count == 2, "Rows are taken from a table, not from \(shape).")
    let width = shape[1]
    return Tensor(shape: [indices.count, width]) { result in
      for (position, index) in indices.enumerated() {
        precondition((0..<shape[0]).contains(index), "A table of \(shape[0]) rows has no row \(index).")
        let row = bytes.baseAddress?.advanced(by: index * width * elementType.byteCount)
        withExtendedLifetime(owner) {
          lw_to_float32(
            result.baseAddress?.advanced(by: position * width), row, elementType.kernelType, width)
        }
      }
    }
  }
}

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
