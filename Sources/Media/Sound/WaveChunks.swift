import Files

/// The chunks of a WAV file, name, length and data, one after the other: the format of the samples, and where they
/// are. Lengths are believed only as far as the file reaches.
struct WaveChunks {
  let format: WaveFormat
  /// The bytes of the samples that are in the file.
  let data: Range<Int>
  /// How many bytes of samples there should be; nil if the file does not say.
  let expectedByteCount: Int?

  /// No program writes so many; each costs a read.
  private static let chunkLimit = 4096
  /// The rest of a format chunk is of no interest.
  private static let formatSize = 40
  /// For lengths that do not fit into four bytes, or that were not known when the header was written to a pipe.
  private static let unknownLength = 0xFFFF_FFFF

  static func contents(of file: InputFile) throws(SoundError) -> WaveChunks {
    let path = file.path
    func bytes(_ count: Int, at offset: Int) throws(SoundError) -> [UInt8] {
      let end = min(file.size, offset + count)
      return try mapped(path) { () throws(FileError) in try file.bytes(min(offset, end)..<end) }
    }

    let head = try bytes(SoundFormat.headSize, at: 0)
    try requireWave(head, path)
    var (format, longLength): (WaveFormat?, Int?) = (nil, nil)
    var position = head.count
    for _ in 0..<chunkLimit {
      let start = position + 8
      guard start <= file.size else { throw .damaged(path: path, reason: "it ends before its samples") }
      let header = try bytes(8, at: position)
      let name = String(decoding: header[..<4], as: UTF8.self)
      let length = littleEndian(header[4..<8])
      switch name {
      case "fmt ": format = try WaveFormat(try bytes(min(length, formatSize), at: start), of: path)
      // Of RF64: the length of the file, that of the samples, their number, each of eight bytes (EBU Tech 3306).
      case "ds64" where length >= 16:
        let lengths = try bytes(16, at: start)
        if lengths.count == 16 { longLength = littleEndian(lengths[8..<16]) }
      case "data":
        guard let format else {
          throw .damaged(path: path, reason: "its samples stand before their description")
        }
        let expected = length == unknownLength ? longLength : length
        let end = start + min(expected ?? .max, file.size - start)
        return WaveChunks(format: format, data: start..<end, expectedByteCount: expected)
      default: break
      }
      // Chunks begin at even bytes.
      position = start + length + length % 2
    }
    throw .damaged(path: path, reason: "it has more than \(chunkLimit) parts before its samples")
  }

  /// - Parameter head: the first bytes of the file.
  private static func requireWave(_ head: [UInt8], _ path: String) throws(SoundError) {
    let isRIFF = ["RIFF", "RF64", "BW64"].contains { head.starts(with: $0.utf8) }
    if isRIFF && head.dropFirst(8).elementsEqual("WAVE".utf8) { return }
    if let format = SoundFormat.name(of: head) { throw .needsConversion(path: path, format: format) }
    throw .notASound(path: path)
  }
}
