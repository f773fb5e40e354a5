/// Reads the recipe that `Picture.writePNG` put into a file; nil if there is none.
public func recipe(inPNG path: String) throws -> String? {
  try PNGChunks.recipe(in: bytes(ofFile: path), of: path)
}

/// The chunks of a PNG file: length, name, data and checksum, one after the other (PNG specification, section 5).
enum PNGChunks {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Length, name and checksum.
  private static let frame = 12
  /// The signature and the IHDR chunk, which comes first and always has 13 bytes of data.
  private static let headerEnd = 8 + frame + 13

  static func isPNG(_ file: [UInt8]) -> Bool {
    file.starts(with: signature)
  }

  /// Puts the recipe into an iTXt chunk right after the header.
  static func insert(_ recipe: RecipeText, into png: inout [UInt8]) {
    let data = recipePrefix + recipe.bytes
    let named = Array("iTXt".utf8) + data
    let chunk = bigEndian(UInt32(data.count)) + named + bigEndian(checksum(named))
    png.insert(contentsOf: chunk, at: headerEnd)
  }

  static func recipe(in png: [UInt8], of path: String) throws(MediaError) -> String? {
    guard isPNG(png) else { throw .notAPNG(path: path) }
    let data = try data(of: "iTXt", in: png, path) { $0.starts(with: recipePrefix) }
    return data.map { String(decoding: $0.dropFirst(recipePrefix.count), as: UTF8.self) }
  }

  /// The data of the first chunk of this name that is the one asked for.
  static func data(
    of sought: String, in png: [UInt8], _ path: String, where isSought: (ArraySlice<UInt8>) -> Bool
  ) throws(MediaError) -> ArraySlice<UInt8>? {
    var position = signature.count
    while position < png.count {
      guard position + frame <= png.count else {
        throw .damaged(path: path, reason: "it ends inside a chunk")
      }
      let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: png[position + 4..<position + 8], as: UTF8.self)
      guard position + frame + length <= png.count else {
        throw .damaged(path: path, reason: "it ends inside the chunk \(name)")
      }
      let data = png[position + 8..<position + 8 + length]
      if name == sought, isSought(data) { return data }
      if name == "IEND" { return nil }
      position += frame + length
    }
    return nil
  }

  /// The keyword, no compression, and neither a language nor a translated keyword.
  private static let recipePrefix = Array(RecipeText.keyword.utf8) + [0, 0, 0, 0, 0]

  private static func bigEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian, Array.init)
  }

  /// The CRC-32 of the PNG specification, annex D.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
  }
}
