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

/// Bytes that were copied together.
final class JoinedBytes: @unchecked Sendable {
  let buffer: UnsafeMutableRawBufferPointer

  init(byteCount: Int) { buffer = .allocate(byteCount: byteCount, alignment: 64) }

  convenience init(_ parts: [UnsafeRawBufferPointer]) {
    self.init(byteCount: parts.reduce(0) { $0 + $1.count })
    var end = 0
    for part in parts {
      UnsafeMutableRawBufferPointer(rebasing: buffer[end...]).copyMemory(from: part)
      end += part.count
    }
  }

  deinit { buffer.deallocate() }
}
