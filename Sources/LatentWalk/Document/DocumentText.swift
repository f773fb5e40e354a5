internal import Yams

/// The text of a walk's document, made ready for YAML's parser.
struct DocumentText {
  /// The largest document, in bytes.
  static let limit = 1 << 20
  /// The most values of a document; without aliases a mebibyte does not have as many.
  private static let mostNodes = 1e6

  let yaml: String

  /// - Throws: `DocumentError` if the text is too long, or has too many aliases; `YamlError` if it is no YAML.
  init(_ text: String, file: String) throws {
    guard text.utf8.count <= Self.limit else { throw DocumentError.tooLong(file: file, limit: Self.limit) }
    // Windows' editors begin a file with a byte order mark.
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    yaml = text.prefixMatch(of: /\s*\{/) == nil ? text : Self.yaml(json: text)
    guard yaml.contains("*"), yaml.contains("&"), try Self.expandedNodes(yaml) > Self.mostNodes else {
      return
    }
    throw DocumentError.tooManyAliases(file: file)
  }

  /// JSON in the characters that YAML has: what has no place in a line is escaped.
  private static func yaml(json: String) -> String {
    var yaml = String.UnicodeScalarView()
    for scalar in joinedSurrogates(json).unicodeScalars {
      switch scalar.value {
      case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        yaml.append(
          contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
      default: yaml.append(scalar)
      }
    }
    return String(yaml)
  }

  /// JSON writes characters beyond U+FFFF as two escapes, which YAML does not know.
  private static func joinedSurrogates(_ json: String) -> String {
    let (bytes, backslash) = (Array(json.utf8), UInt8(ascii: "\\"))
    var (joined, index) = ([UInt8](), 0)
    joined.reserveCapacity(bytes.count)
    while index < bytes.count {
      // What follows a backslash belongs to it, also another backslash.
      let length = bytes[index] == backslash ? 2 : 1
      if length == 2, let character = character(bytes[index...].prefix(12)) {
        joined += character.utf8
        index += 12
      } else {
        joined += bytes[index...].prefix(length)
        index += length
      }
    }
    return String(decoding: joined, as: UTF8.self)
  }

  private static func character(_ escapes: ArraySlice<UInt8>) -> String? {
    let pair = /\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/.ignoresCase()
    guard let match = String(decoding: escapes, as: UTF8.self).wholeMatch(of: pair),
      let high = UInt16(match.1, radix: 16), let low = UInt16(match.2, radix: 16)
    else { return nil }
    return String(decoding: [high, low], as: UTF16.self)
  }

  /// How many values a document has once its aliases are followed, counted without following them: aliases of aliases
  /// make a number that grows with the power of their depth ("a billion laughs").
  private static func expandedNodes(_ yaml: String) throws -> Double {
    let mark: Character = "\u{E000}"
    let inert = yaml.replacing(/\*([A-Za-z0-9_-])/) { "\(mark)\($0.1)" }
    // Nodes know their anchors as long as their parser is there.
    let parser = try Parser(yaml: inert)
    defer { withExtendedLifetime(parser) {} }
    guard let root = try parser.singleRoot() else { return 0 }
    var sizes: [String: Double] = [:]
    func count(_ node: Node) -> Double {
      let size: Double =
        switch node {
        case .scalar(let scalar):
          scalar.string.first == mark ? sizes[String(scalar.string.dropFirst())] ?? 1 : 1
        case .sequence(let sequence): sequence.reduce(1) { $0 + count($1) }
        case .mapping(let mapping): mapping.reduce(1) { $0 + count($1.key) + count($1.value) }
        case .alias: 1
        }
      if let anchor = node.anchor { sizes[anchor.rawValue] = size }
      return size
    }
    return count(root)
  }
}
