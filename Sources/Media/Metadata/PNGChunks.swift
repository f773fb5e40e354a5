import CPNG

/// A walk over the chunks of a PNG file: length, name, data and checksum, one after the other (PNG specification,
/// section 5).
struct PNGChunks {
  struct Chunk {
    let name: String
    let data: ArraySlice<UInt8>
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The bytes of length, name and checksum.
  private static let frame = 12
  /// The signature and the IHDR chunk, which comes first and always has 13 bytes of data.
  private static let headerEnd = 8 + frame + 13

  private let png: [UInt8]
  private let path: String
  private var position = signature.count

  /// - Parameter png: a file for which `isPNG` holds.
  init(_ png: [UInt8], of path: String) {
    self.png = png
    self.path = path
  }

  static func isPNG(_ file: [UInt8]) -> Bool {
    file.starts(with: signature)
  }

  /// The next chunk; nil after IEND, the last, and at the end of the file. Checksums are left to libpng.
  mutating func next() throws(MediaError) -> Chunk? {
    guard position < png.count else { return nil }
    guard position + Self.frame <= png.count else {
      throw .damaged(path: path, reason: "it ends inside a chunk")
    }
    let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    let name = String(decoding: png[position + 4..<position + 8], as: UTF8.self)
    guard position + Self.frame + length <= png.count else {
      throw .damaged(path: path, reason: "it ends inside the chunk \(name)")
    }
    let data = png[position + 8..<position + 8 + length]
    position = name == "IEND" ? png.count : position + Self.frame + length
    return Chunk(name: name, data: data)
  }

  /// The data of the first chunk of this name.
  static func data(of name: String, in png: [UInt8], _ path: String) throws(MediaError) -> ArraySlice<UInt8>?
  {
    var chunks = PNGChunks(png, of: path)
    while let chunk = try chunks.next() {
      if chunk.name == name { return chunk.data }
    }
    return nil
  }

  /// The bytes of a chunk.
  static func chunk(_ name: String, _ data: some Collection<UInt8>) -> [UInt8] {
    let named = Array(name.utf8) + data
    return bigEndian(UInt32(data.count)) + named + bigEndian(UInt32(crc32(0, named, UInt32(named.count))))
  }

  /// Puts a chunk right after the header.
  static func insert(_ chunk: [UInt8], into png: inout [UInt8]) {
    png.insert(contentsOf: chunk, at: headerEnd)
  }

  static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian, Array.init)
  }
}
