/// A part of a prompt and how much it counts, or the point at which a new chunk begins.
struct EmphasisedText: Equatable {
  var text: String
  var weight = 1.0
  var isBreak = false
}

/// The parts of a prompt in AUTOMATIC1111's notation:
///
///     (word)       counts 1.1 times as much; ((word)) 1.21 times
///     (word:1.3)   1.3 times
///     [word]       1 / 1.1 times
///     \( \) \[ \] \\   the characters themselves
///     BREAK        a new chunk begins
///
/// Brackets nest, and their factors multiply. A bracket that is not closed reaches to the end; one that was never
/// opened is text.
///
/// Source: the page "Features" of AUTOMATIC1111's wiki, "Attention/emphasis" and "BREAK keyword".
func emphasisedTexts(_ prompt: String) -> [EmphasisedText] {
  var reader = EmphasisReader(prompt)
  return reader.parts()
}

private struct EmphasisReader {
  private var rest: Substring.UnicodeScalarView
  private var found: [EmphasisedText] = []
  /// Where brackets were opened: indices of `found`.
  private var round: [Int] = []
  private var square: [Int] = []

  private static let roundFactor = 1.1
  private static let squareFactor = 1 / 1.1
  private static let special: Set<Unicode.Scalar> = ["\\", "(", ")", "[", "]", ":"]

  init(_ prompt: String) { rest = Substring(prompt).unicodeScalars }

  mutating func parts() -> [EmphasisedText] {
    while let first = rest.first { read(first) }
    for begin in round { multiply(from: begin, by: Self.roundFactor) }
    for begin in square { multiply(from: begin, by: Self.squareFactor) }
    return found.reduce(into: []) { parts, part in
      // Neighbours of one weight are one text: words may go on across an escape.
      if let last = parts.last, last.weight == part.weight, !last.isBreak, !part.isBreak {
        parts[parts.count - 1].text += part.text
      } else {
        parts.append(part)
      }
    }
  }

  private mutating func read(_ first: Unicode.Scalar) {
    if first == ":", let (weight, length) = closingWeight() {
      let text = take(length)
      if let begin = round.popLast() { multiply(from: begin, by: weight) } else { append(text) }
      return
    }
    guard Self.special.contains(first) else {
      appendWithBreaks(take(rest.prefix { !Self.special.contains($0) }.count))
      return
    }
    let text = take(1)
    switch first {
    case "\\":
      // Before any other character it is left out.
      if let escaped = rest.first, Self.special.contains(escaped), escaped != ":" { append(take(1)) }
    case "(": round.append(found.count)
    case "[": square.append(found.count)
    case ")":
      if let begin = round.popLast() { multiply(from: begin, by: Self.roundFactor) } else { append(text) }
    case "]":
      if let begin = square.popLast() { multiply(from: begin, by: Self.squareFactor) } else { append(text) }
    default: append(text)
    }
  }

  /// The weight in `:1.3)`, and how many characters that takes.
  private func closingWeight() -> (weight: Double, length: Int)? {
    let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    let afterSpace = rest.dropFirst().drop(while: isSpace)
    let number = afterSpace.prefix { "+-.0123456789".unicodeScalars.contains($0) }
    let end = afterSpace.dropFirst(number.count).drop(while: isSpace)
    guard end.first == ")", let weight = Double(String(number)), weight.isFinite else { return nil }
    return (weight, rest.distance(from: rest.startIndex, to: end.startIndex) + 1)
  }

  /// Text in which BREAK, in capitals and as a word of its own, begins a new chunk.
  private mutating func appendWithBreaks(_ text: String) {
    for (index, part) in text.split(separator: /\s*\bBREAK\b\s*/, omittingEmptySubsequences: false)
      .enumerated()
    {
      if index > 0 { found.append(EmphasisedText(text: "", isBreak: true)) }
      append(String(part))
    }
  }

  private mutating func append(_ text: String) { found.append(EmphasisedText(text: text)) }

  private mutating func take(_ count: Int) -> String {
    defer { rest = rest.dropFirst(count) }
    return String(rest.prefix(count))
  }

  private mutating func multiply(from begin: Int, by factor: Double) {
    for index in begin..<found.count { found[index].weight *= factor }
  }
}
