/// A prompt as the tokenizer reads it: typographic variants made plain, HTML entities resolved, white space
/// folded into single spaces with none at the ends, and in lower case.
///
/// Texts from the web are often escaped twice, so entities are resolved twice; in a text without tags first
/// those with a semicolon, however deep, so that their characters are made plain, too. What Python does:
///
///     text = html.unescape(html.unescape(ftfy.fix_text(text)))
///     text = " ".join(text.split()).lower()
///
/// Of ftfy's work two things are left out: guessing at texts that were decoded wrongly, and entities in
/// capitals (`&EACUTE;`).
func cleaned(_ prompt: String) -> String {
  var text = prompt
  if !text.utf8.contains(UInt8(ascii: "<")) {
    var escaped = ""
    repeat {
      escaped = text
      text = unescapingHTML(escaped, onlyComplete: true)
    } while text != escaped
  }
  text = unescapingHTML(unescapingHTML(plain(text)))
  let pieces = text.unicodeScalars.split { $0.properties.isWhitespace }
  return lowercased(pieces.map { String($0) }.joined(separator: " "))
}

/// The words of a cleaned prompt, in order: the matches of CLIP's pattern
///
///     <|startoftext|> | <|endoftext|> | 's | 't | 're | 've | 'm | 'll | 'd | [\p{L}]+ | [\p{N}] | [^\s\p{L}\p{N}]+
func words(in text: Substring) -> [Substring] {
  var words: [Substring] = []
  var rest = text.unicodeScalars[...]
  while let first = rest.first {
    let kind = ScalarKind(first)
    let length =
      if let name = wholeWords.first(where: { rest.starts(with: $0.unicodeScalars) }) {
        name.unicodeScalars.count
      } else if kind == .number || kind == .space {
        1
      } else {
        rest.prefix { ScalarKind($0) == kind }.count
      }
    if kind != .space { words.append(Substring(rest.prefix(length))) }
    rest = rest.dropFirst(length)
  }
  return words
}

private let wholeWords = [
  Tokenizer.beginName, Tokenizer.endName, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d",
]

private enum ScalarKind {
  case letter, number, space, other

  init(_ scalar: Unicode.Scalar) {
    self =
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
      case .decimalNumber, .letterNumber, .otherNumber: .number
      default: scalar.properties.isWhitespace ? .space : .other
      }
  }
}

/// Lower case, with the Greek sigma in its form for the end of a word, which Swift's own leaves out.
private func lowercased(_ text: String) -> String {
  let scalars = Array(text.unicodeScalars)
  return scalars.indices.reduce(into: "") { result, i in
    result += scalars[i] == "Σ" && endsWord(scalars, at: i) ? "ς" : scalars[i].properties.lowercaseMapping
  }
}

/// Whether a letter comes before `scalars[i]` and none after it. Source: the condition Final_Sigma in the
/// Unicode standard, table 3-17.
private func endsWord(_ scalars: [Unicode.Scalar], at i: Int) -> Bool {
  let before = scalars[..<i].last { !$0.properties.isCaseIgnorable }
  let after = scalars[(i + 1)...].first { !$0.properties.isCaseIgnorable }
  return before?.properties.isCased == true && after?.properties.isCased != true
}
