import Foundation

/// The tokens of a model and their ids: the file `vocab.json`, one JSON object.
struct Vocabulary {
  let path: String
  /// By the UTF-8 of the tokens' names.
  let ids: ByteTable

  init(file: URL) throws(TokenizerError) {
    path = file.path
    var reader = VocabularyReader(try tokenizerFile(file))
    do {
      ids = try reader.object()
    } catch {
      throw .invalid(
        path: path, reason: "it is no JSON object of tokens and their ids from byte \(error.position) on")
    }
  }

  func id(_ token: some Collection<UInt8>) throws(TokenizerError) -> Int {
    guard let id = ids[token] else {
      throw .invalid(path: path, reason: "the token \(String(decoding: token, as: UTF8.self)) is missing")
    }
    return id
  }
}

/// Reads a JSON object of names and whole numbers. Foundation's reader takes a fifth of a second for CLIP's
/// 49,408 tokens, most of the time a program has to start.
private struct VocabularyReader {
  private let bytes: [UInt8]
  private var position = 0

  /// Where the file stops being such an object.
  struct Malformed: Error {
    let position: Int
  }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func object() throws(Malformed) -> ByteTable {
    var table = ByteTable()
    try expect("{")
    if accept("}") { return table }
    repeat {
      let token = try string()
      try expect(":")
      table.add(token, try number())
    } while accept(",")
    try expect("}")
    return table
  }

  private mutating func string() throws(Malformed) -> [UInt8] {
    try expect("\"")
    var string: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return string
      case UInt8(ascii: "\\"): string += try escape().utf8
      default: string.append(byte)
      }
    }
    throw Malformed(position: position)
  }

  /// What follows a backslash.
  private mutating func escape() throws(Malformed) -> String {
    guard position < bytes.count else { throw Malformed(position: position) }
    let letter = Unicode.Scalar(bytes[position])
    position += 1
    switch letter {
    case "\"", "\\", "/": return String(letter)
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      var units = [try codeUnit()]
      while let unit = units.last, UTF16.isLeadSurrogate(unit), bytes[position...].starts(with: "\\u".utf8) {
        position += 2
        units.append(try codeUnit())
      }
      return String(decoding: units, as: UTF16.self)
    default: throw Malformed(position: position - 1)
    }
  }

  /// Four hexadecimal digits: a character, or one half of a surrogate pair.
  private mutating func codeUnit() throws(Malformed) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw Malformed(position: position)
    }
    position += 4
    return unit
  }

  private mutating func number() throws(Malformed) -> Int {
    skipSpace()
    let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let number = Int32(String(decoding: digits, as: UTF8.self)) else {
      throw Malformed(position: position)
    }
    position += digits.count
    return Int(number)
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Malformed) {
    guard accept(character) else { throw Malformed(position: position) }
  }

  private mutating func skipSpace() {
    while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { position += 1 }
  }
}
