/// How the stored rows and columns of a photograph are to be turned, so that it stands upright.
struct Orientation: Equatable {
  /// Whether what is stored as rows are columns.
  let swapsAxes: Bool
  /// Whether stored rows run from right to left.
  let mirrorsColumns: Bool
  /// Whether the last of the stored rows comes first.
  let mirrorsRows: Bool

  /// - Parameter number: of EXIF's tag Orientation, 1 ... 8; others count as 1, upright.
  init(number: Int) {
    swapsAxes = (5...8).contains(number)
    mirrorsColumns = [2, 3, 7, 8].contains(number)
    mirrorsRows = [3, 4, 6, 7].contains(number)
  }

  /// What a camera noted; upright where it noted nothing or nothing that can be read.
  ///
  /// EXIF is TIFF inside: the order of bytes, the number 42, and where the first table is. A table has a count and
  /// entries of twelve bytes: tag, type, count, value (CIPA DC-008, section 4.6).
  init(exif: ArraySlice<UInt8>) {
    let (orientationTag, short) = (0x0112, 3)
    let notes = Notes(bytes: exif)
    let table = notes.number(at: 4, bytes: 4) ?? 0
    guard notes.number(at: 2, bytes: 2) == 42, let count = notes.number(at: table, bytes: 2) else {
      self.init(number: 1)
      return
    }
    let entries = (0..<count).map { table + 2 + 12 * $0 }
    let entry = entries.first {
      notes.number(at: $0, bytes: 2) == orientationTag && notes.number(at: $0 + 2, bytes: 2) == short
    }
    self.init(number: entry.flatMap { notes.number(at: $0 + 8, bytes: 2) } ?? 1)
  }
}

/// Whole numbers in TIFF's byte order: II at the beginning is little endian, MM big endian.
private struct Notes {
  let bytes: ArraySlice<UInt8>

  /// The number at an offset, nil beyond the end.
  func number(at offset: Int, bytes count: Int) -> Int? {
    let start = bytes.startIndex + offset
    guard start + count <= bytes.endIndex else { return nil }
    let digits = bytes[start..<start + count]
    let isSmallestFirst = bytes.first == UInt8(ascii: "I")
    return (isSmallestFirst ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
  }
}

extension Picture {
  /// The picture as it is to be seen.
  func turned(_ orientation: Orientation) -> Picture {
    guard orientation != Orientation(number: 1) else { return self }
    let (columns, rows) = orientation.swapsAxes ? (height, width) : (width, height)
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for y in 0..<rows {
      for x in 0..<columns {
        let (column, row) = orientation.swapsAxes ? (y, x) : (x, y)
        let pixel =
          (orientation.mirrorsRows ? height - 1 - row : row) * width
          + (orientation.mirrorsColumns ? width - 1 - column : column)
        turned += pixels[3 * pixel..<3 * pixel + 3]
      }
    }
    return Picture(width: columns, height: rows, pixels: turned)
  }
}
