/// The area on which the frames of an animation are put together: red, green, blue and opacity of each pixel.
struct AnimationCanvas {
  let width: Int
  let height: Int
  /// width * height * 4 bytes. At first everything is transparent.
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    pixels = [UInt8](repeating: 0, count: 4 * width * height)
  }

  /// - Parameter pixels: width * height * 4 bytes.
  init(width: Int, height: Int, pixels: [UInt8]) {
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// Puts pixels in place of those of a rectangle.
  mutating func replace(_ rectangle: Rectangle, with part: [UInt8]) {
    for y in 0..<rectangle.height {
      let row = 4 * rectangle.width
      let start = self.start(rectangle, row: y)
      pixels.replaceSubrange(start..<start + row, with: part[y * row..<(y + 1) * row])
    }
  }

  /// Puts pixels over those of a rectangle, mixed by their opacity as browsers do it (PNG specification, third edition,
  /// section 13.16).
  mutating func draw(_ part: [UInt8], over rectangle: Rectangle) {
    for y in 0..<rectangle.height {
      let start = self.start(rectangle, row: y)
      for x in 0..<rectangle.width {
        let (source, target) = (4 * (y * rectangle.width + x), start + 4 * x)
        blend(part[source..<source + 4], at: target)
      }
    }
  }

  mutating func clear(_ rectangle: Rectangle) {
    replace(rectangle, with: [UInt8](repeating: 0, count: 4 * rectangle.width * rectangle.height))
  }

  mutating func setColour(_ colour: Colour, x: Int, y: Int) {
    let start = 4 * (y * width + x)
    (pixels[start], pixels[start + 1], pixels[start + 2], pixels[start + 3]) =
      (colour.red, colour.green, colour.blue, 255)
  }

  /// The pixels of a rectangle.
  func part(_ rectangle: Rectangle) -> [UInt8] {
    (0..<rectangle.height).flatMap { y in
      pixels[start(rectangle, row: y)..<start(rectangle, row: y) + 4 * rectangle.width]
    }
  }

  /// What is seen, on white.
  var picture: Picture {
    let colours = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { colours, count in
      for pixel in 0..<width * height {
        let alpha = Int(pixels[4 * pixel + 3])
        for channel in 0..<3 {
          let value = Int(pixels[4 * pixel + channel])
          colours[3 * pixel + channel] =
            alpha == 255 ? UInt8(value) : UInt8((value * alpha + 255 * (255 - alpha) + 127) / 255)
        }
      }
      count = 3 * width * height
    }
    return Picture(width: width, height: height, pixels: colours)
  }

  private func start(_ rectangle: Rectangle, row: Int) -> Int {
    4 * ((rectangle.top + row) * width + rectangle.left)
  }

  private mutating func blend(_ source: ArraySlice<UInt8>, at target: Int) {
    let alpha = Int(source[source.startIndex + 3])
    let below = Int(pixels[target + 3]) * (255 - alpha)
    let total = 255 * alpha + below
    guard alpha > 0, total > 0 else { return }
    for channel in 0..<3 {
      let mixed =
        Int(source[source.startIndex + channel]) * 255 * alpha + Int(pixels[target + channel]) * below
      pixels[target + channel] = UInt8((mixed + total / 2) / total)
    }
    pixels[target + 3] = UInt8((total + 127) / 255)
  }
}
