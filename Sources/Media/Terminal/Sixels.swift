/// A picture as sixels: bands of six rows, in which each colour is drawn over the whole width, one character for six
/// pixels above each other ("VT330/VT340 Programmer Reference Manual", chapter 14). Its colours are those that a GIF's
/// first frame would have, in hundredths.
///
///     ESC P 0 ; 1 q "1;1;width;height  #number;2;red;green;blue ...  #number sixels $ #number sixels - ...  ESC \
///
/// `$` goes back to the beginning of the band, `-` to the next band, `!n` repeats a character n times.
func sixelSequence(_ picture: Picture) -> String {
  var encoder = FrameEncoder(width: picture.width, height: picture.height)
  _ = encoder.encode(picture)
  let shown = Picture(width: picture.width, height: picture.height, pixels: encoder.canvas.pixels)
  let colours = DistinctColours(shown)

  var bytes = Array("\u{1B}P0;1q\"1;1;\(picture.width);\(picture.height)".utf8)
  for (number, colour) in colours.colours.enumerated() {
    let hundredths = [colour.red, colour.green, colour.blue].map { (Int($0) * 100 + 127) / 255 }
    bytes += "#\(number);2;\(hundredths[0]);\(hundredths[1]);\(hundredths[2])".utf8
  }
  for top in stride(from: 0, to: picture.height, by: 6) {
    if top > 0 { bytes.append(UInt8(ascii: "-")) }
    appendBand(colours.numbers, width: picture.width, rows: top..<min(top + 6, picture.height), to: &bytes)
  }
  return String(decoding: bytes, as: UTF8.self) + "\u{1B}\\"
}

/// - Parameter numbers: of each pixel's colour.
private func appendBand(_ numbers: [Int32], width: Int, rows: Range<Int>, to bytes: inout [UInt8]) {
  // For each colour in the band, and each place, which of the six rows have it; the topmost is bit 0.
  var masks: [Int32: [UInt8]] = [:]
  for (bit, y) in rows.enumerated() {
    for x in 0..<width {
      masks[numbers[y * width + x], default: [UInt8](repeating: 0, count: width)][x] |= 1 << UInt8(bit)
    }
  }
  for (position, number) in masks.keys.sorted().enumerated() {
    if position > 0 { bytes.append(UInt8(ascii: "$")) }
    bytes += "#\(number)".utf8
    appendRuns(masks[number] ?? [], to: &bytes)
  }
}

/// Runs of equal sixels; what is empty at the end is left out.
private func appendRuns(_ masks: [UInt8], to bytes: inout [UInt8]) {
  let end = (masks.lastIndex { $0 != 0 } ?? -1) + 1
  var start = 0
  while start < end {
    let next = masks[start..<end].firstIndex { $0 != masks[start] } ?? end
    let character = UInt8(ascii: "?") + masks[start]
    if next - start > 3 {
      bytes += "!\(next - start)".utf8
      bytes.append(character)
    } else {
      bytes += repeatElement(character, count: next - start)
    }
    start = next
  }
}
