/// A frame as a GIF stores it: a rectangle of the canvas whose pixels are numbers into a table of colours.
struct IndexedFrame {
  let rectangle: Rectangle
  /// One number a pixel of the rectangle; the table's last one means "as before".
  let indices: [UInt8]
  let table: ColourTable
  /// Whether the table is that of the first frame, which the file holds already.
  let sharesFirstTable: Bool
}

/// A GIF's table of colours: a power of two of places, the last of which means "as before".
struct ColourTable {
  let colours: [Colour]

  init(_ colours: [Colour]) {
    var size = 2
    while size < colours.count + 1 { size *= 2 }
    self.colours = colours + [Colour](repeating: .black, count: size - colours.count)
  }

  var unchanged: UInt8 { UInt8(colours.count - 1) }
}

extension IndexedFrame {
  /// On a whole canvas: "as before". A palette has no such entry.
  static let unchanged: UInt8 = 255

  /// The changed rectangle of a canvas; nil if nothing has changed. Unless the table is the first frame's, it keeps
  /// only the colours that are used.
  init?(canvas: [UInt8], width: Int, palette: Palette, sharesFirstTable: Bool) {
    guard let rectangle = Rectangle(changedIn: canvas, width: width) else { return nil }
    var cut: [UInt8] = []
    cut.reserveCapacity(rectangle.width * rectangle.height)
    for y in rectangle.top..<rectangle.top + rectangle.height {
      cut += canvas[y * width + rectangle.left..<y * width + rectangle.left + rectangle.width]
    }

    var isUsed = [Bool](repeating: sharesFirstTable, count: 256)
    for index in cut { isUsed[Int(index)] = true }
    let used = palette.colours.indices.filter { isUsed[$0] }
    table = ColourTable(used.map { palette.colours[$0] })
    var numbers = [UInt8](repeating: table.unchanged, count: 256)
    for (number, index) in used.enumerated() { numbers[index] = UInt8(number) }
    indices = cut.map { numbers[Int($0)] }
    self.rectangle = rectangle
    self.sharesFirstTable = sharesFirstTable
  }

  /// One pixel that changes nothing, to carry time that does not fit into the delay of one frame.
  static var pause: IndexedFrame {
    let table = ColourTable([.black])
    return IndexedFrame(
      rectangle: Rectangle(left: 0, top: 0, width: 1, height: 1), indices: [table.unchanged], table: table,
      sharesFirstTable: false)
  }
}

extension Rectangle {
  /// The smallest rectangle around the changed pixels; nil if there are none.
  init?(changedIn canvas: [UInt8], width: Int) {
    var (left, right, top, bottom) = (width, -1, 0, -1)
    for y in 0..<canvas.count / width {
      let row = canvas[y * width..<(y + 1) * width]
      guard let first = row.firstIndex(where: { $0 != IndexedFrame.unchanged }),
        let last = row.lastIndex(where: { $0 != IndexedFrame.unchanged })
      else { continue }
      if right < 0 { top = y }
      (left, right, bottom) = (min(left, first - y * width), max(right, last - y * width), y)
    }
    if right < 0 { return nil }
    self.init(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
  }
}
