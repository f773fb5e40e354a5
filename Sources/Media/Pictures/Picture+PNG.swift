import CPNG

// libpng reports errors of its full interface by long jumps, which Swift code cannot survive. Its simplified interface
// returns them, but has no text chunks: the recipe is added to the finished bytes (PNGTexts.swift).

extension Picture {
  /// Reads any PNG file: grey becomes colour, 16 bits become 8, and transparent pixels are shown on black.
  public init(pngFile path: String) throws {
    let file = try bytes(ofFile: path)
    guard PNGChunks.isPNG(file) else { throw MediaError.notAPNG(path: path) }
    try self.init(png: file, of: path, on: 0)
  }

  /// - Parameter background: the grey, 0 ... 255, behind transparent pixels.
  init(png file: [UInt8], of path: String, on background: UInt8) throws {
    let colour = png_color(red: background, green: background, blue: background)
    let (width, height, pixels) = try DecodedPNG.pixels(of: file, path, on: colour)
    self.init(width: width, height: height, pixels: pixels)
  }

  /// Writes a PNG file, with the recipe, a JSON object in ASCII, in a text chunk. The file appears when it is complete.
  public func writePNG(to path: String, recipe: String? = nil) throws {
    var png = try encodedPNG(for: path)
    if let recipe { PNGChunks.insert(PNGTexts.chunk(of: try RecipeText(recipe, for: path)), into: &png) }
    let file = try PendingFile(path: path)
    _ = png.withUnsafeBufferPointer { file.append($0) }
    try file.commit()
  }

  func encodedPNG(for path: String) throws(MediaError) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = UInt32(PNG_FORMAT_RGB)
    // The bound of zlib for what cannot be compressed, one filter byte a row, and the chunks around it.
    let raw = pixels.count + height
    var bytes = [UInt8](repeating: 0, count: raw + raw / 8 + raw / 64 + 4096)
    var count = bytes.count
    guard png_image_write_to_memory(&image, &bytes, &count, 0, pixels, 0, nil) != 0 else {
      throw .cannotWrite(path: path, reason: image.sentence)
    }
    bytes.removeSubrange(count...)
    return bytes
  }
}

/// What libpng makes of a file.
enum DecodedPNG {
  /// Pixels with 8 bits a channel, row by row.
  /// - Parameter background: what is behind transparent pixels, of three bytes each; nil for four, the fourth of them the
  ///   opacity.
  static func pixels(of file: [UInt8], _ path: String, on background: png_color?) throws
    -> (width: Int, height: Int, pixels: [UInt8])
  {
    // Between its calls libpng keeps the addresses of the bytes and of the image.
    try file.withUnsafeBytes { bytes in
      let image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
      image.initialize(to: png_image())
      defer {
        png_image_free(image)
        image.deallocate()
      }
      return try pixels(of: bytes, with: image, path, on: background)
    }
  }

  private static func pixels(
    of bytes: UnsafeRawBufferPointer, with image: UnsafeMutablePointer<png_image>, _ path: String,
    on background: png_color?
  ) throws(MediaError) -> (width: Int, height: Int, pixels: [UInt8]) {
    image.pointee.version = UInt32(PNG_IMAGE_VERSION)
    guard png_image_begin_read_from_memory(image, bytes.baseAddress, bytes.count) != 0 else {
      throw .damaged(path: path, reason: image.pointee.sentence)
    }
    let (width, height) = (Int(image.pointee.width), Int(image.pointee.height))
    try Picture.requirePlausible(width, height, bytes.count, of: path)
    let opacity = background == nil ? PNG_FORMAT_FLAG_ALPHA : 0
    image.pointee.format = UInt32(PNG_FORMAT_FLAG_COLOR | opacity)
    // Without this, libpng takes 16-bit files that do not name their gamma for linear light.
    image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    var pixels = [UInt8](repeating: 0, count: width * height * (background == nil ? 4 : 3))
    var colour = background ?? png_color()
    guard png_image_finish_read(image, &colour, &pixels, 0, nil) != 0 else {
      throw .damaged(path: path, reason: image.pointee.sentence)
    }
    return (width, height, pixels)
  }
}

extension png_image {
  /// What libpng says went wrong.
  fileprivate var sentence: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
