/// The recipe in an XMP packet: XML with the JSON text as the value of one property, `latentwalk:recipe`
/// (XMP specification, part 1, ISO 16684-1).
enum XMPRecipe {
  private static let opening = "<latentwalk:recipe>"
  private static let closing = "</latentwalk:recipe>"

  static func packet(of recipe: RecipeText) -> [UInt8] {
    let text = String(decoding: recipe.bytes, as: UTF8.self)
    return Array(
      """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
      <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="" xmlns:latentwalk="urn:latentwalk">
      \(opening)\(escaped(text))\(closing)
      </rdf:Description>
      </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="w"?>
      """.utf8)
  }

  /// The recipe in a packet, also in one that another program rewrote; nil if it has none.
  static func text(in packet: ArraySlice<UInt8>) -> String? {
    guard let start = firstEnd(of: opening.utf8, in: packet),
      let end = firstEnd(of: closing.utf8, in: packet[start...])
    else { return nil }
    return unescaped(packet[start..<end - closing.utf8.count])
  }

  /// What may not stand in the text of an element; everything else is ASCII and stays.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      // XML readers turn it into a line feed.
      case "\r": result += "&#13;"
      default: result.append(character)
      }
    }
  }

  private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

  /// Replaces entities and numbers of characters; nil where there is something else between & and ;.
  private static func unescaped(_ text: ArraySlice<UInt8>) -> String? {
    var result: [UInt8] = []
    var rest = text
    while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
      result += rest[..<ampersand]
      guard let end = rest[ampersand...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return nil }
      let name = String(decoding: rest[(ampersand + 1)..<end], as: UTF8.self)
      guard let character = entities[name] ?? scalar(numbered: name) else { return nil }
      result += character.utf8
      rest = rest[(end + 1)...]
    }
    return String(decoding: result + rest, as: UTF8.self)
  }

  private static func scalar(numbered name: String) -> String? {
    let number =
      name.hasPrefix("#x")
      ? UInt32(name.dropFirst(2), radix: 16)
      : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
    return number.flatMap(Unicode.Scalar.init).map { String($0) }
  }

  private static func firstEnd(of name: String.UTF8View, in bytes: ArraySlice<UInt8>) -> Int? {
    let name = Array(name)
    var start = bytes.startIndex
    while start + name.count <= bytes.endIndex {
      guard let next = bytes[start...].firstIndex(of: name[0]) else { return nil }
      if bytes[next...].starts(with: name) { return next + name.count }
      start = next + 1
    }
    return nil
  }
}
