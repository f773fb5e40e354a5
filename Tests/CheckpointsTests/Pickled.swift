/// Pieces of a pickle, for tests that write ones that torch never would.
enum Pickled {
  static let reduce: [UInt8] = [0x52]
  static let stop: [UInt8] = [0x2e]

  static func global(_ module: String, _ name: String) -> [UInt8] {
    [0x63] + Array("\(module)\n\(name)\n".utf8)
  }
  static func text(_ text: String) -> [UInt8] {
    [0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
  }
  static func integer(_ value: Int) -> [UInt8] { [0x8a, 8] + littleEndian(value) }
  static func tuple(_ items: [[UInt8]]) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74] }
  static func dictionary(_ key: String, _ value: [UInt8]) -> [UInt8] { [0x7d] + text(key) + value + [0x73] }

  /// A float32 tensor as torch.save describes it.
  static func tensor(_ key: String, _ count: Int, _ offset: Int, _ shape: [Int], _ strides: [Int]) -> [UInt8]
  {
    let storage =
      tuple([text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), integer(count)]) + [
        0x51
      ]
    let arguments = [
      storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89], [0x4e],
    ]
    return global("torch._utils", "_rebuild_tensor_v2") + tuple(arguments) + reduce
  }
}

/// The bytes of a zip file with these parts as they are. The other arguments are lies in its directory: how many parts there are, and
/// of each its method, size and place.
func zip(
  _ parts: KeyValuePairs<String, [UInt8]>, count: Int? = nil, padding: Int = 0, size: Int? = nil,
  method: UInt16 = 0,
  offset: Int? = nil, repeating: Int = 1
) -> [UInt8] {
  var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
  for (name, part) in parts {
    let place = bytes.count
    let (length, name) = (littleEndian(UInt32(size ?? part.count)), Array(name.utf8))
    let middle: [UInt8] =
      [20, 0, 0, 0] + littleEndian(method) + Array(repeating: 0, count: 8) + length + length
      + littleEndian(UInt16(name.count)) + [0, 0]
    bytes += [0x50, 0x4b, 3, 4] + middle + name + part
    for _ in 0..<repeating {
      directory += [0x50, 0x4b, 1, 2, 20, 0] + middle + Array(repeating: 0, count: 10)
      directory += littleEndian(UInt32(offset ?? place)) + name
    }
  }
  directory += Array(repeating: 0, count: padding)
  let claimed = littleEndian(UInt16(count ?? parts.count * repeating))
  return bytes + directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + claimed + claimed
    + littleEndian(UInt32(directory.count)) + littleEndian(UInt32(bytes.count)) + [0, 0]
}
