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
