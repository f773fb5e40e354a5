/// A file of torch.save: a zip file with a pickle, `data.pkl`, with the tensors' names and shapes, and a part for each
/// storage of values, `data/0`, `data/1`, ...
struct PyTorchArchive {
  /// The tensors in the order of the file.
  let entries: [TensorEntry]
  let metadata: [String: String]

  init(_ file: CheckpointFile) throws {
    let path = file.path
    let archive = try ZipArchive(file)
    // All parts are in one folder, which is named after the file.
    let suffix = "/data.pkl"
    guard let data = archive.parts.first(where: { $0.name.hasSuffix(suffix) }) else {
      throw CheckpointError.unsupportedPickle(
        path: path, reason: "it is a zip file without data.pkl, so torch.save did not write it")
    }
    let folder = String(data.name.dropLast(suffix.count))
    let parts = Dictionary(archive.parts.map { ($0.name, $0.range) }) { first, _ in first }
    try Self.requireSupported(archive, folder, file)
    guard data.range.count <= Pickle.largestSize else {
      throw CheckpointError.unsupportedPickle(
        path: path, reason: "its pickle has \(data.range.count) bytes, more than any model's")
    }
    let pickle = try file.bytes(data.range).withUnsafeBytes { try Pickle($0, path: path) }
    var contents = PickleContents(pickle)
    guard contents.collect() else {
      throw CheckpointError.unsupportedPickle(
        path: path, reason: "its tensors are more, or have longer names, than any model's")
    }
    metadata = contents.notes
    entries = try contents.tensors.map { name, tensor in
      guard let storage = parts["\(folder)/data/\(tensor.storage.key)"] else {
        throw CheckpointError.damaged(
          path: path, reason: "the tensor \(name) is stored in data/\(tensor.storage.key), which is not there"
        )
      }
      do {
        return try TensorEntry(name: name, tensor, storage: storage)
      } catch let fault as PickledTensorFault {
        throw CheckpointError.damaged(path: path, reason: "the tensor \(name) \(fault.reason)")
      }
    }.sorted { ($0.range.lowerBound, $0.name) < ($1.range.lowerBound, $1.name) }
  }

  /// Refuses programs, compressed parts and the other order of bytes.
  private static func requireSupported(_ archive: ZipArchive, _ folder: String, _ file: CheckpointFile) throws
  {
    func unsupported(_ reason: String) -> CheckpointError {
      .unsupportedPickle(path: file.path, reason: reason)
    }

    let parts = archive.parts
    if parts.contains(where: { $0.name == "\(folder)/constants.pkl" }) {
      throw unsupported("it is a TorchScript program and not only weights")
    }
    if let packed = parts.first(where: \.isPacked) {
      throw unsupported("its part \(packed.name) is packed or encrypted, and torch.save does neither")
    }
    if let order = parts.first(where: { $0.name == "\(folder)/byteorder" }),
      try file.bytes(order.range.prefix(7)) != Array("little".utf8)
    {
      throw unsupported("its numbers are not little-endian")
    }
  }
}

private struct PickledTensorFault: Error {
  let reason: String
}

extension TensorEntry {
  /// - Parameter storage: where the file holds the storage's bytes.
  fileprivate init(name: String, _ tensor: PickledTensor, storage: Range<Int>) throws {
    let (shape, bits) = (tensor.shape, elementBits[tensor.elementName] ?? 8)
    guard let byteCount = byteCountOf(shape, bits: bits) else {
      throw PickledTensorFault(reason: "has the impossible shape \(shape)")
    }
    let (size, available) = (bits / 8, storage.count / (bits / 8))
    let count = byteCount / size
    guard tensor.storage.elementName == nil || tensor.storage.count <= available else {
      throw PickledTensorFault(
        reason: "claims a storage of \(tensor.storage.count) values, and \(available) are there")
    }
    // Values that repeat would let a small file ask for any memory.
    guard count <= available else {
      throw PickledTensorFault(
        reason: "of the shape \(shape) has \(count) values, and \(available) are there")
    }
    guard tensor.offset >= 0, tensor.offset <= available,
      let last = TensorEntry.lastPlace(shape, tensor.strides), count == 0 || last < available - tensor.offset
    else {
      throw PickledTensorFault(
        reason:
          "of the shape \(shape) with the strides \(tensor.strides) from \(tensor.offset) on leads out of its \(available) values"
      )
    }
    let begin = storage.lowerBound + tensor.offset * size
    let isInOrder = count == 0 || TensorEntry.isInOrder(shape, tensor.strides)
    self.init(
      name: name, shape: shape, elementName: tensor.elementName,
      range: begin..<begin + (isInOrder ? count : last + 1) * size, strides: isInOrder ? nil : tensor.strides)
  }

  /// The offset of the last value from the first, in values; nil where a stride is negative or the sum overflows.
  private static func lastPlace(_ shape: [Int], _ strides: [Int]) -> Int? {
    var last = 0
    for (size, stride) in zip(shape, strides) where size > 1 {
      let (product, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflows) = last.addingReportingOverflow(product)
      guard stride >= 0, !overflow, !overflows else { return nil }
      last = sum
    }
    return last
  }

  /// Whether the values are contiguous, the last dimension fastest.
  private static func isInOrder(_ shape: [Int], _ strides: [Int]) -> Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected else { return false }
      expected *= size
    }
    return true
  }
}
