/// The segments before the pixels of a JPEG file: 0xFF, a marker, a length of two bytes that counts itself, and data (ITU-T T.81,
/// annex B).
enum JPEGSegments {
  static func isJPEG(_ file: [UInt8]) -> Bool { file.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// What a camera noted in the file: the data of the segment APP1 that is called Exif.
  static func exif(in file: [UInt8]) -> ArraySlice<UInt8>? {
    let (exifMarker, startOfScan, name) = (UInt8(0xE1), UInt8(0xDA), Array("Exif\0\0".utf8))
    var rest = file.dropFirst(2)
    while rest.count >= 4, rest[rest.startIndex] == 0xFF {
      let start = rest.startIndex
      let marker = rest[start + 1]
      // A marker may stand after more of 0xFF than one.
      if marker == 0xFF {
        rest = rest.dropFirst()
        continue
      }
      let length = Int(rest[start + 2]) << 8 | Int(rest[start + 3])
      guard marker != startOfScan, length >= 2 else { return nil }
      let data = rest.dropFirst(4).prefix(length - 2)
      if marker == exifMarker, data.starts(with: name) { return data.dropFirst(name.count) }
      rest = rest.dropFirst(2 + length)
    }
    return nil
  }
}
