/// The parts of a zip file that are stored as they are, which is how torch.save stores all of them. Nothing is ever
/// unpacked.
///
/// APPNOTE.TXT of PKWARE, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.14 to 4.3.16 (its end, with
/// 64-bit sizes).
struct ZipArchive {
  struct Part {
    let name: String
    /// The range of its bytes in the file.
    let range: Range<Int>
    /// Whether the bytes are compressed or encrypted.
    let isPacked: Bool
  }

  let parts: [Part]

  /// A model of two thousand tensors has a directory of a fifth of a megabyte.
  private static let largestDirectory = 1 << 25

  static func isBeginning(of bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4b, 3, 4]) }

  /// Reads the directory and checks all of it, so that every part lies inside the file.
  init(_ file: CheckpointFile) throws {
    func damaged(_ reason: String) -> CheckpointError { .damaged(path: file.path, reason: reason) }

    guard let end = try Self.directory(file) else {
      throw damaged("it is a zip file without a directory at its end, so it may be cut off")
    }
    // No entry takes less than 46 bytes, whatever the file claims.
    guard end.offset >= 0, end.byteCount >= 0, end.offset <= file.size - end.byteCount,
      end.byteCount <= Self.largestDirectory, end.count >= 0, end.count <= end.byteCount / 46
    else {
      throw damaged("its directory claims \(end.count) entries in \(end.byteCount) bytes at \(end.offset)")
    }
    let directory = try LittleEndianReader(file, end.offset..<end.offset + end.byteCount)
    var parts: [Part] = []
    var position = end.offset
    for _ in 0..<end.count {
      guard let entry = DirectoryEntry(directory, at: position) else {
        throw damaged("its directory breaks off at byte \(position)")
      }
      position += entry.byteCount
      // The name and the extra field in front of the bytes may be longer than the directory says.
      guard entry.offset <= file.size - Self.headerSize else {
        throw damaged("its part \(entry.name) is not where the directory says")
      }
      let header = try LittleEndianReader(file, entry.offset..<entry.offset + Self.headerSize)
      guard header.integer(4, at: entry.offset) == 0x0403_4b50,
        let nameLength = header.integer(2, at: entry.offset + 26),
        let extraLength = header.integer(2, at: entry.offset + 28)
      else { throw damaged("its part \(entry.name) is not where the directory says") }
      let start = entry.offset + Self.headerSize + nameLength + extraLength
      guard start <= file.size, entry.storedSize <= file.size - start else {
        throw damaged("its part \(entry.name) takes \(entry.storedSize) bytes and ends behind the file's end")
      }
      parts.append(
        Part(
          name: entry.name, range: start..<start + entry.storedSize,
          isPacked: entry.isEncrypted || entry.method != 0 || entry.size != entry.storedSize))
    }
    if let part = Self.overlapping(parts) { throw damaged("its part \(part.name) overlaps another") }
    self.parts = parts
  }

  /// A part that begins before another one ends.
  private static func overlapping(_ parts: [Part]) -> Part? {
    let sorted = parts.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    return zip(sorted, sorted.dropFirst()).first { $1.range.lowerBound < $0.range.upperBound }?.1
  }

  private typealias Directory = (offset: Int, byteCount: Int, count: Int)

  /// Of the header in front of a part, in bytes, without name and extra field.
  private static let headerSize = 30

  /// The location of the directory, from the record at the end of the file. A comment of up to 64 KiB may follow there.
  private static func directory(_ file: CheckpointFile) throws -> Directory? {
    let last = file.size - 22
    guard last >= 0 else { return nil }
    let tail = try LittleEndianReader(file, max(0, last - 0xffff - 20)..<file.size)
    for position in stride(from: last, through: max(0, last - 0xffff), by: -1)
    where tail.integer(4, at: position) == 0x0605_4b50 {
      guard let count = tail.integer(2, at: position + 10),
        let byteCount = tail.integer(4, at: position + 12),
        let offset = tail.integer(4, at: position + 16)
      else { return nil }
      guard count == 0xffff || byteCount == 0xffff_ffff || offset == 0xffff_ffff else {
        return (offset, byteCount, count)
      }
      // The sizes need 64 bits and have a record of their own; a locator in front of this one gives its offset.
      guard tail.integer(4, at: position - 20) == 0x0706_4b50, let start = tail.integer(8, at: position - 12),
        start <= file.size - 56
      else { return nil }
      let record = try LittleEndianReader(file, start..<start + 56)
      guard record.integer(4, at: start) == 0x0606_4b50, let count = record.integer(8, at: start + 32),
        let byteCount = record.integer(8, at: start + 40), let offset = record.integer(8, at: start + 48)
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
  /// The offset of the part's own header.
  private(set) var offset: Int
  /// The length of this line.
  let byteCount: Int

  init?(_ reader: LittleEndianReader, at position: Int) {
    guard reader.integer(4, at: position) == 0x0201_4b50, let flags = reader.integer(2, at: position + 8),
      let method = reader.integer(2, at: position + 10),
      let storedSize = reader.integer(4, at: position + 20),
      let size = reader.integer(4, at: position + 24), let nameLength = reader.integer(2, at: position + 28),
      let extraLength = reader.integer(2, at: position + 30),
      let commentLength = reader.integer(2, at: position + 32),
      let offset = reader.integer(4, at: position + 42), let name = reader.text(nameLength, at: position + 46)
    else { return nil }
    self.name = name
    self.method = method
    self.size = size
    self.storedSize = storedSize
    self.offset = offset
    isEncrypted = flags & 1 != 0
    byteCount = 46 + nameLength + extraLength + commentLength
    // Numbers that need 64 bits are in the extra field with the tag 1, in this order; the others are left out.
    var (field, end) = (position + 46 + nameLength, position + 46 + nameLength + extraLength)
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

/// Little-endian numbers out of a part of a file, by their offsets in the file; nil outside the part.
struct LittleEndianReader {
  private let bytes: [UInt8]
  private let start: Int

  /// Reads a range, as far as it lies in the file.
  init(_ file: CheckpointFile, _ range: Range<Int>) throws {
    start = range.lowerBound
    bytes = try file.bytes(range)
  }

  /// An unsigned number of up to eight bytes; nil where it is larger than any size.
  func integer(_ length: Int, at position: Int) -> Int? {
    let value = part(length, at: position)?.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return value.flatMap { Int(exactly: $0) }
  }

  func text(_ length: Int, at position: Int) -> String? {
    part(length, at: position).map { String(decoding: $0, as: UTF8.self) }
  }

  private func part(_ length: Int, at position: Int) -> ArraySlice<UInt8>? {
    guard position >= start, position - start <= bytes.count - length else { return nil }
    return bytes[position - start..<position - start + length]
  }
}
