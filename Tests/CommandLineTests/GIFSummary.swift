import Foundation

/// What a GIF file says of its pictures, read block by block (GIF89a specification).
struct GIFSummary {
  let width: Int
  let height: Int
  /// Hundredths of a second, one for each picture.
  let delays: [Int]
  let isEndless: Bool

  private struct Broken: Error {}

  init(_ file: Data) throws {
    let bytes = [UInt8](file)
    func number(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
    func tableBytes(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

    guard bytes.starts(with: "GIF89a".utf8), bytes.last == 0x3B else { throw Broken() }
    (width, height) = (number(6), number(8))
    var (delays, isEndless) = ([Int](), false)
    var position = 13 + tableBytes(bytes[10])
    while bytes[position] != 0x3B {
      if bytes[position] == 0x21 {
        if bytes[position + 1] == 0xF9 { delays.append(number(position + 4)) }
        if bytes[(position + 3)...].starts(with: "NETSCAPE2.0".utf8) { isEndless = true }
        position += 2
      } else {
        guard bytes[position] == 0x2C else { throw Broken() }
        position += 11 + tableBytes(bytes[position + 9])
      }
      while bytes[position] != 0 { position += Int(bytes[position]) + 1 }
      position += 1
    }
    (self.delays, self.isEndless) = (delays, isEndless)
  }

  /// A file without its comments, which hold the recipe.
  static func withoutComments(_ file: Data) throws -> Data {
    let bytes = [UInt8](file)
    func tableBytes(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

    var position = 13 + tableBytes(bytes[10])
    var result = bytes[..<position]
    while bytes[position] != 0x3B {
      let (begin, isComment) = (position, bytes[position] == 0x21 && bytes[position + 1] == 0xFE)
      position += bytes[position] == 0x21 ? 2 : 11 + tableBytes(bytes[position + 9])
      while bytes[position] != 0 { position += Int(bytes[position]) + 1 }
      position += 1
      if !isComment { result += bytes[begin..<position] }
    }
    return Data(result)
  }
}
