/// A picture as files know it: 8-bit sRGB pixels, row by row from the top left, three bytes a pixel.
///
///     let red = Picture(width: 2, height: 1, pixels: [255, 0, 0, 255, 0, 0])
///     try red.writePNG(to: "red.png")
public struct Picture: Sendable, Hashable {
  public let width: Int
  public let height: Int
  /// Red, green and blue of each pixel: width * height * 3 bytes.
  public let pixels: [UInt8]

  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "A picture has at least one pixel, not \(width) x \(height).")
    precondition(
      pixels.count == width * height * 3,
      "\(pixels.count) bytes do not fill a picture of \(width) x \(height) pixels with three bytes each.")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
