/// Pieces of a pickle, for tests that write files of PyTorch, and ones that torch never would.
package enum Pickled {
  package static let reduce: [UInt8] = [0x52]
  package static let stop: [UInt8] = [0x2e]

  package static func global(_ module: String, _ name: String) -> [UInt8] {
    [0x63] + Array("\(module)\n\(name)\n".utf8)
  }
  package static func text(_ text: String) -> [UInt8] {
    [0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
  }
  package static func integer(_ value: Int) -> [UInt8] { [0x8a, 8] + littleEndian(value) }
  package static func tuple(_ items: [[UInt8]]) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74] }
  package static func dictionary(_ key: String, _ value: [UInt8]) -> [UInt8] {
    [0x7d] + text(key) + value + [0x73]
  }

  /// A tensor as torch.save describes it.
  package static func tensor(
    _ key: String, _ count: Int, _ offset: Int, _ shape: [Int], _ strides: [Int], of type: String = "Float"
  ) -> [UInt8] {
    let storage =
      tuple([text("storage"), global("torch", "\(type)Storage"), text(key), text("cpu"), integer(count)]) + [
        0x51
      ]
    let arguments = [
      storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89], [0x4e],
    ]
    return global("torch._utils", "_rebuild_tensor_v2") + tuple(arguments) + reduce
  }
}

/// False claims of a zip file's directory: how many parts there are, and of each its method, size and offset.
package struct ZipLies {
  var count: Int?
  var padding = 0
  var size: Int?
  var method: UInt16 = 0
  var offset: Int?
  var repeating = 1

  package init(
    count: Int? = nil, padding: Int = 0, size: Int? = nil, method: UInt16 = 0, offset: Int? = nil,
    repeating: Int = 1
  ) {
    (self.count, self.padding, self.size) = (count, padding, size)
    (self.method, self.offset, self.repeating) = (method, offset, repeating)
  }
}

/// The bytes of a zip file with these parts as they are.
package func zip(_ parts: KeyValuePairs<String, [UInt8]>, lying lies: ZipLies = ZipLies()) -> [UInt8] {
  zip(parts: parts.map { ($0.key, $0.value) }, lying: lies)
}

package func zip(parts: [(String, [UInt8])], lying lies: ZipLies = ZipLies()) -> [UInt8] {
  var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
  for (name, part) in parts {
    let position = bytes.count
    let (length, name) = (littleEndian(UInt32(lies.size ?? part.count)), Array(name.utf8))
    let middle: [UInt8] =
      [20, 0, 0, 0] + littleEndian(lies.method) + Array(repeating: 0, count: 8) + length + length
      + littleEndian(UInt16(name.count)) + [0, 0]
    bytes += [0x50, 0x4b, 3, 4] + middle + name + part
    for _ in 0..<lies.repeating {
      directory += [0x50, 0x4b, 1, 2, 20, 0] + middle + Array(repeating: 0, count: 10)
      directory += littleEndian(UInt32(lies.offset ?? position)) + name
    }
  }
  directory += Array(repeating: 0, count: lies.padding)
  let claimed = littleEndian(UInt16(lies.count ?? parts.count * lies.repeating))
  return bytes + directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + claimed + claimed
    + littleEndian(UInt32(directory.count)) + littleEndian(UInt32(bytes.count)) + [0, 0]
}

package func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian, Array.init)
}
