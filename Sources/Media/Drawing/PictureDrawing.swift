/// Draws pixels, with smooth edges: a pixel takes as much of the colour as the shape covers of it.
struct PictureDrawing: Drawing {
  private let width: Int
  private let height: Int
  private var pixels: [UInt8]

  init(width: Int, height: Int, background: Colour) {
    (self.width, self.height) = (width, height)
    let colour = [background.red, background.green, background.blue]
    pixels = (0..<width * height).flatMap { _ in colour }
  }

  var picture: Picture { Picture(width: width, height: height, pixels: pixels) }

  mutating func fill(_ area: Area, _ colour: Colour) {
    paint(area, colour) { x, y in
      let columns = min(area.right, x + 0.5) - max(area.x, x - 0.5)
      let rows = min(area.bottom, y + 0.5) - max(area.y, y - 0.5)
      return max(0, columns) * max(0, rows)
    }
  }

  mutating func disc(_ centre: Place, radius: Double, _ colour: Colour) {
    line(from: centre, to: centre, width: 2 * radius, colour)
  }

  mutating func line(from start: Place, to end: Place, width: Double, _ colour: Colour) {
    let area = Area(
      x: min(start.x, end.x), y: min(start.y, end.y), width: abs(end.x - start.x),
      height: abs(end.y - start.y))
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let square = dx * dx + dy * dy
    paint(area.inset(-width / 2 - 1), colour) { x, y in
      // The distance from the nearest place of the line.
      let along = square > 0 ? ((x - start.x) * dx + (y - start.y) * dy) / square : 0
      let share = min(1, max(0, along))
      let (across, down) = (x - start.x - share * dx, y - start.y - share * dy)
      return width / 2 + 0.5 - (across * across + down * down).squareRoot()
    }
  }

  mutating func write(_ text: String, at place: Place, _ style: TextStyle) {
    let letters = style.lettering.letters(of: text)
    let length = letters.reduce(0) { $0 + $1.advance }
    let offset = [TextStyle.Anchor.left: 0, .middle: length / 2, .right: length][style.anchor] ?? 0
    var (pen, top) = (Int(place.x.rounded()) - offset, Int(place.y.rounded()))
    for letter in letters {
      for row in 0..<letter.height {
        for column in 0..<letter.width {
          let share = Double(letter.coverage[row * letter.width + column]) / 15
          mix(style.colour, share, x: pen + letter.left + column, y: top + letter.top + row)
        }
      }
      pen += letter.advance
    }
  }

  /// Copies a picture's pixels.
  mutating func paste(_ picture: Picture, left: Int, top: Int) {
    precondition(
      left >= 0 && top >= 0 && left + picture.width <= width && top + picture.height <= height,
      "A picture is put inside the drawing.")
    for y in 0..<picture.height {
      let (from, to) = (3 * y * picture.width, 3 * ((top + y) * width + left))
      pixels.replaceSubrange(
        to..<to + 3 * picture.width, with: picture.pixels[from..<from + 3 * picture.width])
    }
  }

  /// Mixes a colour into the pixels of an area.
  /// - Parameter coverage: of the pixel with this middle; what is below 0 or above 1 counts as that.
  private mutating func paint(
    _ area: Area, _ colour: Colour, coverage: (_ x: Double, _ y: Double) -> Double
  ) {
    let (left, top) = (max(0, Int(area.x)), max(0, Int(area.y)))
    let (right, bottom) = (
      min(width, Int(area.right.rounded(.up))), min(height, Int(area.bottom.rounded(.up)))
    )
    guard left < right, top < bottom else { return }
    for y in top..<bottom {
      for x in left..<right {
        mix(colour, min(1, coverage(Double(x) + 0.5, Double(y) + 0.5)), x: x, y: y)
      }
    }
  }

  private mutating func mix(_ colour: Colour, _ share: Double, x: Int, y: Int) {
    guard share > 0, 0..<width ~= x, 0..<height ~= y else { return }
    let start = 3 * (y * width + x)
    let before = Colour(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
    let after = before.mixed(with: colour, share)
    (pixels[start], pixels[start + 1], pixels[start + 2]) = (after.red, after.green, after.blue)
  }
}
