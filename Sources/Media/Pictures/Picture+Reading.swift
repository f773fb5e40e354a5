/// Reading pictures as people have them: photographs, scans, drawings.
extension Picture {
  /// Reads a PNG, JPEG or WebP file, upright as its camera was held: grey becomes colour, 16 bits become 8, and
  /// transparent pixels are shown on white. Of an animation it is the first picture.
  ///
  ///     let photograph = try Picture(file: "cat.jpg").fitted(width: 512, height: 512)
  public init(file path: String) throws {
    let file = try bytes(ofFile: path, limit: Self.byteLimit)
    if PNGChunks.isPNG(file) {
      let exif = try PNGChunks.data(of: "eXIf", in: file, path)
      self = try Picture(png: file, of: path, on: 255).turned(Orientation(exif: exif ?? []))
    } else if JPEGSegments.isJPEG(file) {
      let exif = JPEGSegments.exif(in: file)
      self = try Picture(jpeg: file, of: path).turned(Orientation(exif: exif ?? []))
    } else if RIFFChunks.isWebP(file) {
      self = try Picture(webp: file, of: path)
    } else {
      throw MediaError.notAPicture(path: path)
    }
  }

  private static let byteLimit = 1 << 29
  /// Twice what the largest cameras have. Files with more are refused as damaged or hostile.
  static let pixelLimit = 1 << 27
  /// Pixels for which memory is allocated whatever the length of the file: 12 MB.
  private static let harmlessPixels = 1 << 22
  /// No PNG, JPEG or GIF file has more in a byte: zlib makes at most 1032 bytes of one, with eight pixels in a byte;
  /// JPEG has a bit for a block of 16 x 16 pixels; a code of a GIF, at most 4096 pixels, has three bits or more.
  private static let pixelsPerByte = 8256

  /// Refuses a size before memory is allocated for it: one that is too large, or that a file of so few bytes cannot
  /// have.
  static func requirePlausible(
    _ width: Int, _ height: Int, _ byteCount: Int, of path: String, limit: Int = pixelLimit
  ) throws(MediaError) {
    guard width * height <= limit else {
      throw .tooLarge(path: path, width: width, height: height, limit: "\(limit) pixels")
    }
    guard width * height <= max(harmlessPixels, byteCount * pixelsPerByte) else {
      throw .damaged(path: path, reason: "it claims \(width) x \(height) pixels in \(byteCount) bytes")
    }
  }
}
