/// A walk over the blocks of a GIF file (GIF89a specification). Comments are found by walking the blocks, never by
/// searching for bytes, which occur in pictures as well.
struct GIFBlocks {
  private let file: [UInt8]
  private let path: String
  private var position = 0

  init(file: [UInt8], path: String) {
    self.file = file
    self.path = path
  }

  static func isGIF(_ file: [UInt8]) -> Bool { file.starts(with: "GIF8".utf8) }

  /// The bytes of the next comment; nil when the file has no more.
  mutating func nextComment() throws(MediaError) -> [UInt8]? {
    if position == 0 {
      try skip(10)
      let screen = try byte()
      try skip(2 + Self.tableBytes(screen))
    }
    while true {
      switch try byte() {
      case 0x21:
        let label = try byte()
        let data = try subBlocks()
        if label == 0xFE { return data }
      case 0x2C:
        try skip(8)
        let image = try byte()
        try skip(Self.tableBytes(image) + 1)
        _ = try subBlocks()
      case 0x3B:
        return nil
      case let other:
        throw .damaged(path: path, reason: "a block begins with the byte \(other)")
      }
    }
  }

  /// The size of the colour table that these flags announce.
  private static func tableBytes(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << Int(flags & 7 + 1)
  }

  private mutating func subBlocks() throws(MediaError) -> [UInt8] {
    var data: [UInt8] = []
    while true {
      let count = Int(try byte())
      if count == 0 { return data }
      let start = position
      try skip(count)
      data += file[start..<position]
    }
  }

  private mutating func byte() throws(MediaError) -> UInt8 {
    try skip(1)
    return file[position - 1]
  }

  private mutating func skip(_ count: Int) throws(MediaError) {
    guard position + count <= file.count else { throw .damaged(path: path, reason: "it ends inside a block") }
    position += count
  }
}
