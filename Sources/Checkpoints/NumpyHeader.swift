/// The head of a `.npy` file: a magic number, a version, a length, and a Python dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (4, 64, 64), }`.
struct NumpyHeader {
  let elementName: String
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the numbers begin.
  let dataStart: Int

  /// Of the head, in bytes: NumPy's own limit for untrusted files is 10,000.
  static let largestSize = 1 << 16

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// - Parameter bytes: the beginning of the file.
  init(_ bytes: [UInt8], path: String) throws {
    func broken(_ reason: String) -> CheckpointError { .brokenArray(path: path, reason: reason) }

    guard bytes.count >= 10, bytes.starts(with: Self.magic) else { throw broken("it does not begin as one") }
    // Version 1 gives the length of the dictionary in two bytes, later ones in four.
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    let start = 8 + lengthBytes
    guard (1...3).contains(bytes[6]) else { throw broken("it has the unknown version \(bytes[6])") }
    guard bytes.count >= start else { throw broken("it ends inside its header") }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.largestSize - start else {
      throw broken("its header of \(length) bytes is longer than any array's")
    }
    guard length <= bytes.count - start else { throw broken("it ends inside its header") }
    let text = String(decoding: bytes[start..<(start + length)], as: UTF8.self)

    guard let element = Self.value(of: "descr", in: text),
      let order = Self.value(of: "fortran_order", in: text),
      let isFortranOrder = ["True": true, "False": false][order],
      let sizes = Self.value(of: "shape", in: text), sizes.hasPrefix("("), sizes.hasSuffix(")")
    else { throw broken("its header reads \(text)") }
    let parts = sizes.dropFirst().dropLast().filter { $0 != " " }.split(separator: ",")
    shape = parts.compactMap { Int($0) }
    guard shape.count == parts.count else { throw broken("its header gives the shape \(sizes)") }
    elementName = element.filter { $0 != "'" }
    self.isFortranOrder = isFortranOrder
    dataStart = start + length
  }

  /// The value of a key of the dictionary: the text up to the comma or brace that ends it.
  private static func value(of key: String, in text: String) -> String? {
    guard let found = text.firstRange(of: "'\(key)':") else { return nil }
    var depth = 0
    var value = ""
    for character in text[found.upperBound...] {
      if "([{".contains(character) { depth += 1 }
      if depth == 0 && (character == "," || character == "}") { break }
      if ")]}".contains(character) { depth -= 1 }
      value.append(character)
    }
    while value.first == " " { value.removeFirst() }
    while value.last == " " { value.removeLast() }
    return value
  }

  /// The head of a file with float32 numbers, padded so that they begin at a multiple of 64 bytes.
  static func bytes(shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var dictionary = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }".utf8)
    let padding = 63 - (10 + dictionary.count) % 64
    dictionary += Array(repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
    return magic + [1, 0, UInt8(dictionary.count & 0xFF), UInt8(dictionary.count >> 8)] + dictionary
  }
}
