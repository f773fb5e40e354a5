/// A part of a picture, in pixels from its upper left corner.
struct Rectangle: Hashable {
  var left: Int
  var top: Int
  var width: Int
  var height: Int
}

extension Picture {
  /// The smallest rectangle around the pixels that differ from those of another picture of this size; nil if all are
  /// equal.
  func changes(from other: Picture) -> Rectangle? {
    var (left, right, top, bottom) = (width, -1, 0, -1)
    for y in 0..<height {
      let row = 3 * y * width..<3 * (y + 1) * width
      guard pixels[row] != other.pixels[row],
        let first = row.first(where: { pixels[$0] != other.pixels[$0] }),
        let last = row.last(where: { pixels[$0] != other.pixels[$0] })
      else { continue }
      if right < 0 { top = y }
      (left, right) = (min(left, (first - row.lowerBound) / 3), max(right, (last - row.lowerBound) / 3))
      bottom = y
    }
    if right < 0 { return nil }
    return Rectangle(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
  }

  func cropped(to rectangle: Rectangle) -> Picture {
    let rows = rectangle.top..<rectangle.top + rectangle.height
    let cut = rows.flatMap { y in
      pixels[3 * (y * width + rectangle.left)..<3 * (y * width + rectangle.left + rectangle.width)]
    }
    return Picture(width: rectangle.width, height: rectangle.height, pixels: cut)
  }
}
