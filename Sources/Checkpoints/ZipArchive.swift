/// The parts of a zip file that are stored as they are, which is how torch.save stores all of them. Nothing is ever unpacked.
///
/// APPNOTE.TXT of PKWARE, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.14 to 4.3.16 (its end, with 64-bit sizes).
struct ZipArchive {
  struct Part {
    let name: String
    /// Where its bytes lie in the file.
    let range: Range<Int>
    /// Whether the bytes are compressed or encrypted.
    let isPacked: Bool
  }

  let parts: [Part]

  static func isBeginning(of bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x50, 0x4b, 3, 4])
  }

  /// Reads the directory and checks all of it, so that whoever reads a part later cannot leave the file.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    func damaged(_ reason: String) -> CheckpointError { .damaged(path: path, reason: reason) }

    let reader = LittleEndianReader(bytes)
    guard let end = Self.directory(reader) else {
      throw damaged("it is a zip file without a directory at its end, so it may be cut off")
    }
    // No entry takes less than 46 bytes, whatever the file claims.
    guard end.offset >= 0, end.byteCount >= 0, end.offset <= bytes.count - end.byteCount,
      end.count >= 0, end.count <= end.byteCount / 46
    else {
      throw damaged("its directory claims \(end.count) entries in \(end.byteCount) bytes at \(end.offset)")
    }
    var parts: [Part] = []
    var place = end.offset
    for _ in 0..<end.count {
      guard let entry = DirectoryEntry(reader, at: place) else {
        throw damaged("its directory breaks off at byte \(place)")
      }
      place += entry.byteCount
      // The name and the extra field in front of the bytes may be longer than the directory says.
      guard reader.integer(4, at: entry.offset) == 0x0403_4b50,
        let nameLength = reader.integer(2, at: entry.offset + 26),
        let extraLength = reader.integer(2, at: entry.offset + 28)
      else { throw damaged("its part \(entry.name) is not where the directory says") }
      let start = entry.offset + 30 + nameLength + extraLength
      guard start <= bytes.count, entry.storedSize <= bytes.count - start else {
        throw damaged("its part \(entry.name) takes \(entry.storedSize) bytes and ends behind the file's end")
      }
      parts.append(
        Part(
          name: entry.name, range: start..<start + entry.storedSize,
          isPacked: entry.isEncrypted || entry.method != 0 || entry.size != entry.storedSize))
    }
    var stop = 0
    for part in parts.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where !part.range.isEmpty {
      guard part.range.lowerBound >= stop else { throw damaged("its part \(part.name) overlaps another") }
      stop = part.range.upperBound
    }
    self.parts = parts
  }

  private typealias Directory = (offset: Int, byteCount: Int, count: Int)

  /// Where the end of the file says that the directory lies. A comment of up to 64 KiB may follow there.
  private static func directory(_ reader: LittleEndianReader) -> Directory? {
    let last = reader.count - 22
    guard last >= 0 else { return nil }
    for place in stride(from: last, through: max(0, last - 0xffff), by: -1)
    where reader.integer(4, at: place) == 0x0605_4b50 {
      guard let count = reader.integer(2, at: place + 10), let byteCount = reader.integer(4, at: place + 12),
        let offset = reader.integer(4, at: place + 16)
      else { return nil }
      guard count == 0xffff || byteCount == 0xffff_ffff || offset == 0xffff_ffff else {
        return (offset, byteCount, count)
      }
      // The sizes need 64 bits and stand in a record of their own, to which a locator in front of this one leads.
      guard reader.integer(4, at: place - 20) == 0x0706_4b50,
        let record = reader.integer(8, at: place - 12), reader.integer(4, at: record) == 0x0606_4b50,
        let count = reader.integer(8, at: record + 32), let byteCount = reader.integer(8, at: record + 40),
        let offset = reader.integer(8, at: record + 48)
      else { return nil }
      return (offset, byteCount, count)
    }
    return nil
  }
}

/// A line of the directory.
private struct DirectoryEntry {
  let name: String
  let method: Int
  let isEncrypted: Bool
  private(set) var size: Int
  private(set) var storedSize: Int
  /// Where the part's own header lies.
  private(set) var offset: Int
  /// The length of this line.
  let byteCount: Int

  init?(_ reader: LittleEndianReader, at place: Int) {
    guard reader.integer(4, at: place) == 0x0201_4b50, let flags = reader.integer(2, at: place + 8),
      let method = reader.integer(2, at: place + 10), let storedSize = reader.integer(4, at: place + 20),
      let size = reader.integer(4, at: place + 24), let nameLength = reader.integer(2, at: place + 28),
      let extraLength = reader.integer(2, at: place + 30),
      let commentLength = reader.integer(2, at: place + 32),
      let offset = reader.integer(4, at: place + 42), let name = reader.text(nameLength, at: place + 46)
    else { return nil }
    self.name = name
    self.method = method
    self.size = size
    self.storedSize = storedSize
    self.offset = offset
    isEncrypted = flags & 1 != 0
    byteCount = 46 + nameLength + extraLength + commentLength
    // Numbers that need 64 bits stand in the extra field with the tag 1, in this order, those that need them only.
    var (field, end) = (place + 46 + nameLength, place + 46 + nameLength + extraLength)
    while field + 4 <= end, let tag = reader.integer(2, at: field),
      let length = reader.integer(2, at: field + 2)
    {
      if tag == 1 {
        var value = field + 4
        end = min(end, value + length)
        func wide(_ narrow: Int) -> Int? {
          guard narrow == 0xffff_ffff else { return narrow }
          defer { value += 8 }
          return value + 8 <= end ? reader.integer(8, at: value) : nil
        }
        guard let size = wide(size), let storedSize = wide(storedSize), let offset = wide(offset) else {
          return nil
        }
        (self.size, self.storedSize, self.offset) = (size, storedSize, offset)
        return
      }
      field += 4 + length
    }
  }
}

/// Little-endian numbers out of bytes; nil where they would lie outside.
struct LittleEndianReader {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// An unsigned number of up to eight bytes; nil where it is larger than any size.
  func integer(_ length: Int, at place: Int) -> Int? {
    guard place >= 0, place <= bytes.count - length else { return nil }
    let value = bytes[place..<place + length].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: value)
  }

  func text(_ length: Int, at place: Int) -> String? {
    guard place >= 0, place <= bytes.count - length else { return nil }
    return String(decoding: bytes[place..<place + length], as: UTF8.self)
  }
}
