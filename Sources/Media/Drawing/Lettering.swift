import Foundation

/// The letters of one size of DejaVu Sans: ASCII, Latin-1 and some punctuation. Others are drawn as a replacement mark.
struct Lettering: Sendable, Hashable {
  /// A letter's coverage, 0 to 15, row by row.
  struct Letter: Sendable, Hashable {
    let advance: Int
    /// From the pen to the first column.
    let left: Int
    /// From the top of the line to the first row.
    let top: Int
    let width: Int
    let height: Int
    let coverage: [UInt8]
  }

  /// In pixels.
  let size: Int
  let ascent: Int
  let descent: Int
  private let letters: [Unicode.Scalar: Letter]

  static let small = all[0]
  static let large = all[1]

  var lineHeight: Int { ascent + descent }

  /// Accents that stand alone are put together with their letters where Unicode has one letter for both.
  func letters(of text: String) -> [Letter] {
    text.precomposedStringWithCanonicalMapping.unicodeScalars.compactMap {
      letters[$0] ?? letters["\u{FFFD}"]
    }
  }

  func width(of text: String) -> Int { letters(of: text).reduce(0) { $0 + $1.advance } }

  /// The text, or as much of its beginning as fits, with an ellipsis.
  func fitting(_ text: String, width: Int) -> String {
    guard self.width(of: text) > width else { return text }
    var beginning = text
    while !beginning.isEmpty {
      beginning.removeLast()
      let shortened = beginning.trimmingCharacters(in: .whitespaces) + "…"
      if self.width(of: shortened) <= width { return shortened }
    }
    return ""
  }
}

extension Lettering {
  /// Reads the table; Tools/font/glyphs.py says how it is laid out.
  private static let all: [Lettering] = {
    var bytes = [UInt8](Data(base64Encoded: glyphTable, options: .ignoreUnknownCharacters) ?? Data())[...]
    func next() -> Int { Int(bytes.removeFirst()) }
    return (0..<2).map { _ in
      let (size, ascent, descent) = (next(), next(), next())
      let count = next() << 8 | next()
      let letters = (0..<count).compactMap { _ -> (Unicode.Scalar, Letter)? in
        let code = UInt16(next() << 8 | next())
        let (advance, left, top, width, height) = (next(), next() - 128, next(), next(), next())
        let pairs = bytes.prefix((width * height + 1) / 2)
        bytes = bytes.dropFirst(pairs.count)
        let coverage = pairs.flatMap { [$0 >> 4, $0 & 15] }.prefix(width * height)
        let letter = Letter(
          advance: advance, left: left, top: top, width: width, height: height, coverage: Array(coverage))
        return Unicode.Scalar(code).map { ($0, letter) }
      }
      return Lettering(
        size: size, ascent: ascent, descent: descent,
        letters: Dictionary(letters) { first, _ in first })
    }
  }()
}
