import Foundation

/// The parts of the text that AUTOMATIC1111 writes:
///
///     a prompt, of any number of lines
///     Negative prompt: another, of any number of lines, or nothing
///     Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: 1, Lora hashes: "a: 1, b: 2"
struct AUTOMATIC1111Text {
  private(set) var prompt = ""
  private(set) var negativePrompt = ""
  /// In the text's order.
  private(set) var settings: [(key: String, value: String)] = []
  /// Whether lines follow the settings.
  let hasMore: Bool

  /// - Throws: `ForeignSettingsError` if there is no line of settings.
  init(_ text: String) throws(ForeignSettingsError) {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { Self.trimmed(Substring($0)) }
    guard let last = lines.lastIndex(where: { $0.hasPrefix("Steps:") }) else {
      throw .unreadable(program: "AUTOMATIC1111", reason: "no line begins with \"Steps:\"")
    }
    let negative = lines[..<last].firstIndex { $0.hasPrefix(Self.negativeMark) } ?? last
    prompt = lines[..<negative].joined(separator: "\n")
    negativePrompt = Self.trimmed(
      lines[negative..<last].joined(separator: "\n").dropFirst(Self.negativeMark.count))
    hasMore = lines[(last + 1)...].contains { !$0.isEmpty }
    var reader = SettingsReader(lines[last])
    while let setting = reader.next() { settings.append(setting) }
  }

  /// The last value of a key, nil if it is missing.
  subscript(key: String) -> String? { settings.last { $0.key == key }?.value }

  /// Short names and the value of each, as in `a: 1, b: 2`.
  static func pairs(in value: String) -> [(key: String, value: String)] {
    var reader = SettingsReader(value)
    var pairs: [(key: String, value: String)] = []
    while let pair = reader.next() { pairs.append(pair) }
    return pairs
  }

  private static let negativeMark = "Negative prompt:"

  private static func trimmed(_ text: Substring) -> String {
    text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// Reads `key: value, key: "value, with commas", key: {"json": 1}`. What has no colon is passed over.
private struct SettingsReader {
  private var rest: Substring.UnicodeScalarView

  init(_ line: String) { rest = Substring(line).unicodeScalars }

  mutating func next() -> (key: String, value: String)? {
    while !rest.isEmpty {
      let key = String(rest.prefix { $0 != ":" && $0 != "," })
      rest = rest.dropFirst(key.unicodeScalars.count)
      guard rest.popFirst() == ":" else { continue }
      rest = rest.drop { $0 == " " }
      let value =
        switch rest.first {
        case "\"": quoted()
        case "{", "[": bracketed()
        default: plain()
        }
      return (key.trimmingCharacters(in: .whitespaces), value)
    }
    return nil
  }

  private mutating func plain() -> String {
    let value = String(rest.prefix { $0 != "," })
    rest = rest.dropFirst(value.unicodeScalars.count)
    return value.trimmingCharacters(in: .whitespaces)
  }

  /// A JSON string; one that is not closed or not readable is taken as it stands.
  private mutating func quoted() -> String {
    var isEscaped = true
    guard
      let end = rest.indices.first(where: { index in
        defer { isEscaped = rest[index] == "\\" && !isEscaped }
        return rest[index] == "\"" && !isEscaped
      })
    else { return plain() }
    let literal = String(rest[...end])
    rest = rest[rest.index(after: end)...]
    return (try? JSONDecoder().decode(String.self, from: Data(literal.utf8))) ?? literal
  }

  /// JSON up to the bracket that closes the first; without one, all that is left.
  private mutating func bracketed() -> String {
    var depth = 0
    let end = rest.indices.first { index in
      if "{[".unicodeScalars.contains(rest[index]) { depth += 1 }
      if "}]".unicodeScalars.contains(rest[index]) { depth -= 1 }
      return depth == 0
    }
    let value = end.map { rest[...$0] } ?? rest
    rest = end.map { rest[rest.index(after: $0)...] } ?? rest.suffix(0)
    return String(value)
  }
}
