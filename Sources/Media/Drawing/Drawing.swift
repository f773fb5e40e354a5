/// Something to draw on: pixels, or a text of shapes. A plot is written once for both.
///
/// Units are pixels from the upper left corner, y downwards.
protocol Drawing {
  init(width: Int, height: Int, background: Colour)

  mutating func fill(_ area: Area, _ colour: Colour)
  mutating func disc(_ centre: Place, radius: Double, _ colour: Colour)
  /// A line with round ends.
  mutating func line(from start: Place, to end: Place, width: Double, _ colour: Colour)
  /// - Parameter place: on the upper edge of the line of text, at its left, middle or right.
  mutating func write(_ text: String, at place: Place, _ style: TextStyle)
}

/// A place on a drawing.
struct Place: Hashable {
  var x: Double
  var y: Double
}

/// An upright rectangle of a drawing.
struct Area: Hashable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  func overlaps(_ other: Area) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }

  /// Smaller by a margin on each side.
  func inset(_ margin: Double) -> Area {
    Area(x: x + margin, y: y + margin, width: width - 2 * margin, height: height - 2 * margin)
  }
}

/// How a text is written.
struct TextStyle: Hashable {
  enum Anchor: Hashable { case left, middle, right }

  var lettering: Lettering = .small
  var anchor: Anchor = .left
  var colour: Colour = .ink
}

extension Colour {
  init(hex: UInt32) {
    self.init(red: UInt8(hex >> 16 & 255), green: UInt8(hex >> 8 & 255), blue: UInt8(hex & 255))
  }

  // A paper of its own under everything, so that a drawing is the same in bright and in dark surroundings.
  static let paper = Colour(hex: 0xFCFCFA)
  static let ink = Colour(hex: 0x24292F)
  static let fadedInk = Colour(hex: 0x6A737D)
  static let grid = Colour(hex: 0xE3E6E9)
  static let jump = Colour(hex: 0xD62839)
  static let visible = Colour(hex: 0x2F6DB5)
  static let flowing = Colour(hex: 0x8DBBE6)
  static let keyFrame = Colour(hex: 0xF2A93B)

  /// A colour between two, 0 to 1.
  func mixed(with other: Colour, _ share: Double) -> Colour {
    func mix(_ one: UInt8, _ other: UInt8) -> UInt8 {
      UInt8((Double(one) + share * (Double(other) - Double(one))).rounded())
    }
    return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }
}
