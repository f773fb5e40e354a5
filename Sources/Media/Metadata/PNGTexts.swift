import CPNG

/// The text chunks of a PNG file: a keyword, a zero and the text (PNG specification, section 11.3.3).
///
///     tEXt   keyword 0 Latin-1
///     zTXt   keyword 0 method Latin-1, deflated
///     iTXt   keyword 0 flag method language 0 translated keyword 0 UTF-8, deflated if the flag is 1
enum PNGTexts {
  /// All texts of a file together: a deflated text can grow a thousandfold.
  private static let limit = 1 << 25

  static func all(in png: [UInt8], of path: String) throws(MediaError) -> [EmbeddedText] {
    var texts: [EmbeddedText] = []
    var room = limit
    var chunks = PNGChunks(png, of: path)
    while let chunk = try chunks.next() {
      guard let text = try text(of: chunk, room: &room, path) else { continue }
      texts.append(text)
    }
    return texts
  }

  /// The iTXt chunk in which LatentWalk writes a recipe: not deflated, without a language and a translated keyword.
  static func chunk(of recipe: RecipeText) -> [UInt8] {
    PNGChunks.chunk("iTXt", recipePrefix + recipe.bytes)
  }

  static func recipe(in png: [UInt8], of path: String) throws(MediaError) -> String? {
    var chunks = PNGChunks(png, of: path)
    while let chunk = try chunks.next() {
      guard chunk.name == "iTXt", chunk.data.starts(with: recipePrefix) else { continue }
      return String(decoding: chunk.data.dropFirst(recipePrefix.count), as: UTF8.self)
    }
    return nil
  }

  private static let recipePrefix = Array(RecipeText.keyword.utf8) + [0, 0, 0, 0, 0]

  /// The text of a chunk, nil if it is no text chunk or not written as one.
  private static func text(of chunk: PNGChunks.Chunk, room: inout Int, _ path: String) throws(MediaError)
    -> EmbeddedText?
  {
    guard ["tEXt", "zTXt", "iTXt"].contains(chunk.name), let (keyword, data) = split(chunk.data) else {
      return nil
    }
    var (text, isDeflated) = (data, chunk.name == "zTXt")
    if chunk.name == "iTXt" {
      guard let (_, afterLanguage) = split(data.dropFirst(2)), let (_, translated) = split(afterLanguage)
      else {
        return nil
      }
      (text, isDeflated) = (translated, data.first == 1)
    } else if isDeflated {
      text = data.dropFirst()
    }
    let bytes = isDeflated ? try inflated(text, limit: room, path) : Array(text)
    room -= bytes.count
    guard room >= 0 else { throw tooLong(path) }
    return EmbeddedText(
      keyword: latin1(keyword),
      text: chunk.name == "iTXt" ? String(decoding: bytes, as: UTF8.self) : latin1(bytes))
  }

  /// What stands before and after the first zero; nil if there is none.
  private static func split(_ data: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    data.firstIndex(of: 0).map { (data[..<$0], data[($0 + 1)...]) }
  }

  /// In Latin-1 each byte is the character of its number.
  private static func latin1(_ bytes: some Collection<UInt8>) -> String {
    bytes.allSatisfy { $0 < 128 }
      ? String(decoding: bytes, as: UTF8.self)
      : String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
  }

  /// Unpacks what zlib has packed.
  private static func inflated(_ data: ArraySlice<UInt8>, limit: Int, _ path: String) throws(MediaError)
    -> [UInt8]
  {
    var stream = z_stream()
    guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .cannotRead(path: path, reason: "there is no memory to unpack a text")
    }
    defer { inflateEnd(&stream) }
    var (source, result) = (Array(data), [UInt8]())
    var part = [UInt8](repeating: 0, count: 65_536)
    return try source.withUnsafeMutableBufferPointer { source throws(MediaError) in
      (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(source.count))
      while true {
        let (status, count) = part.withUnsafeMutableBufferPointer { part in
          (stream.next_out, stream.avail_out) = (part.baseAddress, UInt32(part.count))
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, part.count - Int(stream.avail_out))
        }
        result += part[..<count]
        guard result.count <= limit else { throw tooLong(path) }
        if status == Z_STREAM_END { return result }
        // Z_OK without output would be a stream that ends too early.
        guard status == Z_OK, count > 0 else {
          throw .damaged(path: path, reason: "a text in it cannot be unpacked")
        }
      }
    }
  }

  private static func tooLong(_ path: String) -> MediaError {
    .cannotRead(path: path, reason: "its texts have more than \(limit >> 20) MiB")
  }
}
