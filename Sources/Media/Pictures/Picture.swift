/// A picture as files store it: 8-bit sRGB pixels, row by row from the top left, three bytes a pixel.
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

/// An 8-bit sRGB colour.
struct Colour: Hashable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  static let black = Colour(red: 0, green: 0, blue: 0)

  /// The three bytes as one number.
  var key: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }
}

extension Picture {
  subscript(pixel: Int) -> Colour {
    Colour(red: pixels[3 * pixel], green: pixels[3 * pixel + 1], blue: pixels[3 * pixel + 2])
  }
}
