/// A walk over the chunks of a WebP file: name, length and data, filled up to an even length (RFC 9649, section 2.3).
struct RIFFChunks {
  struct Chunk {
    let name: String
    let data: ArraySlice<UInt8>
  }

  private let file: [UInt8]
  private let path: String
  /// Behind RIFF, the length of the file, and WEBP.
  private var position = 12

  /// - Parameter file: one for which `isWebP` holds.
  init(_ file: [UInt8], of path: String) {
    self.file = file
    self.path = path
  }

  static func isWebP(_ file: [UInt8]) -> Bool {
    file.count >= 12 && file.starts(with: "RIFF".utf8) && file[8...].starts(with: "WEBP".utf8)
  }

  /// The next chunk; nil at the end of the file.
  mutating func next() throws(MediaError) -> Chunk? {
    // Some programs leave a byte or more behind the last chunk.
    guard position + 8 <= file.count else { return nil }
    let name = String(decoding: file[position..<position + 4], as: UTF8.self)
    let length = file[position + 4..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = position + 8
    guard start + length <= file.count else {
      throw .damaged(path: path, reason: "it ends inside the chunk \(name)")
    }
    position = start + length + length % 2
    return Chunk(name: name, data: file[start..<start + length])
  }

  /// The data of the first chunk of this name.
  static func data(of name: String, in file: [UInt8], _ path: String) throws(MediaError) -> ArraySlice<UInt8>?
  {
    var chunks = RIFFChunks(file, of: path)
    while let chunk = try chunks.next() {
      if chunk.name == name { return chunk.data }
    }
    return nil
  }
}
