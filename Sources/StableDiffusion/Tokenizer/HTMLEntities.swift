/// Resolves HTML's character references, such as `&amp;`, `&#233;` and `&#xe9;`, as browsers and Python's
/// `html.unescape` do: the semicolon may be missing after numbers and after the oldest names, and what is no
/// reference stays as it is.
///
/// - Parameter onlyComplete: leaves references without a semicolon as they are.
///
/// Source: the HTML standard, "Named character reference state" and those after it.
func unescapingHTML(_ text: String, onlyComplete: Bool = false) -> String {
  guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
  var result = String.UnicodeScalarView()
  var rest = text.unicodeScalars[...]
  while let ampersand = rest.firstIndex(of: "&") {
    result += rest[..<ampersand]
    rest = rest[ampersand...].dropFirst()
    if let (meaning, length) = number(rest) ?? name(rest), !onlyComplete || rest.prefix(length).last == ";" {
      result += meaning
      rest = rest.dropFirst(length)
    } else {
      result.append("&")
    }
  }
  return String(result + rest)
}

/// What a reference means, and how many scalars behind the ampersand it takes.
private typealias Reference = (meaning: [Unicode.Scalar], length: Int)

/// `#233;` or `#xe9;`
private func number(_ text: Substring.UnicodeScalarView) -> Reference? {
  guard text.first == "#" else { return nil }
  let isHexadecimal = text.dropFirst().first.map { $0 == "x" || $0 == "X" } ?? false
  let prefix = isHexadecimal ? 2 : 1
  let digits = text.dropFirst(prefix).prefix {
    isHexadecimal ? $0.properties.isASCIIHexDigit : ("0"..."9").contains($0)
  }
  guard !digits.isEmpty else { return nil }
  let hasEnd = text.dropFirst(prefix + digits.count).first == ";"
  // A number with too many digits is no character; neither is the largest.
  let value = UInt32(String(digits), radix: isHexadecimal ? 16 : 10) ?? .max
  return (character(value), prefix + digits.count + (hasEnd ? 1 : 0))
}

private func character(_ number: UInt32) -> [Unicode.Scalar] {
  if (0x80...0x9f).contains(number) { return [windows1252(number)] }
  guard number != 0, let scalar = Unicode.Scalar(number) else { return ["\u{fffd}"] }
  let isControl = scalar.properties.generalCategory == .control
  let isLayout = ["\t", "\n", "\u{c}", "\r"].contains(scalar)
  return isControl && !isLayout || scalar.properties.isNoncharacterCodePoint ? [] : [scalar]
}

/// `amp;`, or one of the oldest names, which need no semicolon and may go over into the next word.
private func name(_ text: Substring.UnicodeScalarView) -> Reference? {
  // No name is longer than 31 letters.
  let letters = text.prefix(32).prefix {
    $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
  }
  if text.dropFirst(letters.count).first == ";", let entity = HTMLEntityTable.entities[String(letters)] {
    return (entity.meaning, letters.count + 1)
  }
  for length in (0...letters.count).reversed() {
    if let entity = HTMLEntityTable.entities[String(letters.prefix(length))], entity.isOld {
      return (entity.meaning, length)
    }
  }
  return nil
}
