import Media

/// A sixel sequence as a terminal sees it, decoded here, independently of the encoder.
struct DecodedSixels {
  let picture: Picture
  let colourCount: Int
  /// Pixels that were drawn more than once or not at all.
  let misses: Int

  init?(_ sequence: String) {
    guard sequence.hasPrefix("\u{1B}P0;1q\"1;1;"), sequence.hasSuffix("\u{1B}\\") else { return nil }
    var rest = Array(sequence.utf8.dropFirst(11).dropLast(2))[...]
    func number() -> Int {
      var value = 0
      while let digit = rest.first, (48...57).contains(digit) {
        value = 10 * value + Int(digit) - 48
        rest.removeFirst()
      }
      return value
    }
    let width = number()
    rest.removeFirst()
    let height = number()
    var colours: [Int: [UInt8]] = [:]
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    var drawn = [Int](repeating: 0, count: width * height)
    var (x, top, colour, isOutside) = (0, 0, 0, false)
    func draw(_ sixel: UInt8, count: Int) {
      for _ in 0..<count {
        for bit in 0..<6 where (sixel - 63) >> UInt8(bit) & 1 == 1 {
          guard x < width, top + bit < height, let shown = colours[colour] else {
            isOutside = true
            continue
          }
          let pixel = (top + bit) * width + x
          drawn[pixel] += 1
          pixels.replaceSubrange(3 * pixel..<3 * pixel + 3, with: shown)
        }
        x += 1
      }
    }
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "#"):
        colour = number()
        if rest.first == UInt8(ascii: ";") {
          var values: [Int] = []
          while rest.first == UInt8(ascii: ";") {
            rest.removeFirst()
            values.append(number())
          }
          guard values.count == 4, values[0] == 2, values.allSatisfy({ $0 <= 100 }) else { return nil }
          colours[colour] = values[1...].map { UInt8((Double($0) * 2.55).rounded()) }
        }
      case UInt8(ascii: "$"): x = 0
      case UInt8(ascii: "-"): (x, top) = (0, top + 6)
      case UInt8(ascii: "!"):
        let count = number()
        guard let sixel = rest.popFirst(), (63...126).contains(sixel) else { return nil }
        draw(sixel, count: count)
      case 63...126: draw(byte, count: 1)
      default: return nil
      }
    }
    if isOutside { return nil }
    picture = Picture(width: width, height: height, pixels: pixels)
    colourCount = colours.count
    misses = drawn.count { $0 != 1 }
  }
}
