/// A picture in characters that are two pixels each: the upper half of a block in one colour on a background of
/// another. Colours are named where they change.
/// - Parameter code: a colour as the parameters after 38 and 48 (ISO 8613-6, 13.1.8).
func halfBlockSequence(_ picture: Picture, code: (Colour) -> String) -> String {
  let rows = stride(from: 0, to: picture.height, by: 2).map { y in
    var row = ""
    var (upper, lower) = ("", "")
    for x in 0..<picture.width {
      let foreground = "38;" + code(picture[y * picture.width + x])
      // Below the last row of an odd number is the terminal's own background.
      let background = y + 1 < picture.height ? "48;" + code(picture[(y + 1) * picture.width + x]) : "49"
      let changes = [foreground == upper ? nil : foreground, background == lower ? nil : background]
        .compactMap { $0 }
      if !changes.isEmpty { row += "\u{1B}[\(changes.joined(separator: ";"))m" }
      row += "\u{2580}"
      (upper, lower) = (foreground, background)
    }
    return row + "\u{1B}[0m"
  }
  return rows.joined(separator: "\r\n")
}

/// The nearest of the fixed colours of 8-bit terminals: a cube of 6 x 6 x 6 from 16 on, and 24 greys from 232 on.
func cubeIndex(_ colour: Colour) -> Int {
  let levels = [0, 95, 135, 175, 215, 255]
  let channels = [Int(colour.red), Int(colour.green), Int(colour.blue)]
  let steps = channels.map { channel in
    levels.indices.min { abs(levels[$0] - channel) < abs(levels[$1] - channel) } ?? 0
  }
  let grey = min(max((channels.reduce(0, +) / 3 - 3) / 10, 0), 23)
  func error(_ shown: [Int]) -> Int { zip(shown, channels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
  let isGreyNearer = error([Int](repeating: 8 + 10 * grey, count: 3)) < error(steps.map { levels[$0] })
  return isGreyNearer ? 232 + grey : 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
}
