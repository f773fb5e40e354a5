extension StoredTensor {
  /// Linear layers [out, in] with the same inputs and precision, one below the other.
  init(joiningRowsOf layers: [StoredTensor]) {
    let (elementType, inputs) = (layers[0].elementType, layers[0].shape[1])
    precondition(
      layers.allSatisfy { $0.elementType == elementType && $0.shape[1] == inputs },
      "Layers are joined if they have the same inputs and precision.")
    let joined = withExtendedLifetime(layers) { JoinedBytes(layers.map(\.bytes)) }
    self.init(
      shape: [layers.reduce(0) { $0 + $1.shape[0] }, inputs], elementType: elementType,
      bytes: UnsafeRawBufferPointer(joined.buffer), owner: joined)
  }
}

extension StoredTensor {
  /// Values that lie in another order than the shape's, such as those of a transposed matrix, copied into that order.
  ///
  /// - Parameters:
  ///   - strides: how many values further the next one along each dimension lies; not negative, and inside `bytes`.
  ///   - bytes: the values; read here and not afterwards.
  public init(
    shape: [Int], strides: [Int], elementType: ElementType, copying bytes: UnsafeRawBufferPointer
  ) {
    let size = elementType.byteCount
    let ordered = JoinedBytes(byteCount: shape.reduce(size, *))
    if !ordered.buffer.isEmpty {
      let last = zip(shape, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
      precondition(
        strides.count == shape.count && last < bytes.count / size, "The strides lead out of the bytes.")
      var index = Array(repeating: 0, count: shape.count)
      var source = 0
      for target in stride(from: 0, to: ordered.buffer.count, by: size) {
        UnsafeMutableRawBufferPointer(rebasing: ordered.buffer[target..<target + size])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[source * size..<(source + 1) * size]))
        for dimension in shape.indices.reversed() {
          index[dimension] += 1
          source += strides[dimension]
          if index[dimension] < shape[dimension] { break }
          source -= shape[dimension] * strides[dimension]
          index[dimension] = 0
        }
      }
    }
    self.init(
      shape: shape, elementType: elementType, bytes: UnsafeRawBufferPointer(ordered.buffer), owner: ordered)
  }
}

/// Weights that were copied or computed while they are loaded, in one buffer.
final class JoinedBytes: @unchecked Sendable {
  let buffer: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    buffer = UnsafeMutableRawBufferPointer(
      start: TensorAllocator.shared.allocate(byteCount), count: byteCount)
  }

  convenience init(_ parts: [UnsafeRawBufferPointer]) {
    self.init(byteCount: parts.reduce(0) { $0 + $1.count })
    var end = 0
    for part in parts {
      UnsafeMutableRawBufferPointer(rebasing: buffer[end...]).copyMemory(from: part)
      end += part.count
    }
  }

  deinit {
    if let address = buffer.baseAddress { TensorAllocator.shared.deallocate(address, buffer.count) }
  }
}
