/// What is on the screen.
struct Canvas {
  /// The colour of each pixel; nil where nothing has been drawn yet.
  private(set) var colours: [Colour?]
  /// The same in Oklab. Where nothing has been drawn, a place far from all colours, so that nothing there seems worth keeping.
  private(set) var oklab: [Oklab]

  init(pixelCount: Int) {
    colours = [Colour?](repeating: nil, count: pixelCount)
    oklab = [Oklab](repeating: Oklab(lightness: 10, a: 0, b: 0), count: pixelCount)
  }

  var isEmpty: Bool { colours.first == .some(nil) }

  /// Three bytes a pixel; what has not been drawn is black.
  var pixels: [UInt8] {
    colours.flatMap { colour in
      let colour = colour ?? .black
      return [colour.red, colour.green, colour.blue]
    }
  }

  mutating func set(_ pixel: Int, to index: UInt8, of palette: Palette) {
    colours[pixel] = palette.colours[Int(index)]
    oklab[pixel] = palette.search.colours[Int(index)]
  }
}
