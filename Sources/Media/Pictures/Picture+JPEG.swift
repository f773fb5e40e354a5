import CTurboJPEG

// libjpeg's own interface reports errors by calling exit() or by long jumps, which Swift code cannot survive;
// TurboJPEG returns them.

extension Picture {
  /// Decodes a JPEG file as it is stored, not yet turned upright.
  init(jpeg file: [UInt8], of path: String) throws(MediaError) {
    guard let decoder = tjInitDecompress() else {
      throw .cannotRead(path: path, reason: "there is no memory for a JPEG decoder")
    }
    defer { tjDestroy(decoder) }
    var (width, height, subsampling, colours) = (Int32(-1), Int32(-1), Int32(-1), Int32(-1))
    // It fails for rare kinds of subsampling, too, which are decoded all the same.
    tjDecompressHeader3(decoder, file, UInt(file.count), &width, &height, &subsampling, &colours)
    guard width > 0, height > 0, colours >= 0 else {
      throw .damaged(path: path, reason: Self.reason(of: decoder))
    }
    try Self.requirePlausible(Int(width), Int(height), file.count, of: path)

    let isInk = [TJCS_CMYK, TJCS_YCCK].contains { $0.rawValue == UInt32(colours) }
    let format = isInk ? TJPF_CMYK : TJPF_RGB
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * (isInk ? 4 : 3))
    // A warning is a damaged picture, and a progressive file of a few bytes can keep a decoder busy for hours.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    guard
      tjDecompress2(
        decoder, file, UInt(file.count), &pixels, width, 0, height, format.rawValue, flags) == 0
    else { throw .damaged(path: path, reason: Self.reason(of: decoder)) }
    self.init(width: Int(width), height: Int(height), pixels: isInk ? Self.coloursOfInk(pixels) : pixels)
  }

  /// Cyan, magenta, yellow and black to red, green and blue, as Pillow does it. JPEG files store ink inverted, 255
  /// for none, as Adobe's programs began to.
  private static func coloursOfInk(_ inks: [UInt8]) -> [UInt8] {
    var colours = [UInt8](repeating: 0, count: inks.count / 4 * 3)
    for pixel in 0..<inks.count / 4 {
      let black = Int(inks[4 * pixel + 3])
      for ink in 0..<3 { colours[3 * pixel + ink] = UInt8((Int(inks[4 * pixel + ink]) * black + 127) / 255) }
    }
    return colours
  }

  /// What TurboJPEG says went wrong, without the name of its function.
  private static func reason(of decoder: tjhandle) -> String {
    let sentence = String(cString: tjGetErrorStr2(decoder))
    let words = sentence.split(separator: "(): ").last.map(String.init) ?? sentence
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }
}

/// The segments before the pixels of a JPEG file: 0xFF, a marker, a length of two bytes that counts itself, and data
/// (ITU-T T.81, annex B).
enum JPEGSegments {
  static func isJPEG(_ file: [UInt8]) -> Bool { file.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// EXIF, the camera's notes: the data of the segment APP1 that is called Exif.
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
