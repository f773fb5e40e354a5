import Foundation

/// A text without typographic variants: straight quotes, ligatures of Latin letters taken apart, letters of
/// full and half width made ordinary, accents composed (NFC), no control characters, and characters of the
/// old Windows where they belong.
///
/// Source: ftfy 6, `fix_text`.
func plain(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0...0x08, 0x0b, 0x0e...0x1f, 0x7f: continue
    // Deprecated format characters, the byte order mark, and marks for annotations and objects.
    case 0x206a...0x206f, 0xfeff, 0xfff9...0xfffc: continue
    // Quotes, those of the old Windows first.
    case 0x82, 0x91...0x92, 0x02bc, 0x2018...0x201b: result += "'"
    case 0x84, 0x93...0x94, 0x201c...0x201f: result += "\""
    case 0x80...0x9f: result.unicodeScalars.append(windows1252(scalar.value))
    // "ŉ" and "ﬅ"; then "ĳ", "ǆ" to "ǌ", "ǳ" and the like; "ﬀ" to "ﬆ"; the full and half widths.
    case 0x0149: result += "'n"
    case 0xfb05: result += "ſt"
    case 0x0132...0x0133, 0x01c4...0x01cc, 0x01f1...0x01f3, 0xfb00...0xfb06, 0xff01...0xffef:
      result += String(scalar).precomposedStringWithCompatibilityMapping
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result.precomposedStringWithCanonicalMapping
}

/// What the numbers 128 to 159 stood for in the code page of the old Windows; Unicode has no letters there.
func windows1252(_ number: UInt32) -> Unicode.Scalar {
  windows1252Letters[Int(number) - 0x80]
}

private let windows1252Letters = Array(
  "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".unicodeScalars)
