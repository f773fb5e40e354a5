import Glibc

/// The size of a terminal.
public struct TerminalSize: Sendable, Hashable {
  /// In characters.
  public let columns: Int
  public let rows: Int
  /// Of a character, in pixels.
  public let cellWidth: Int
  public let cellHeight: Int

  /// - Parameters:
  ///   - cellWidth: not known of every terminal; a small one is assumed, so that pictures do not become too large.
  ///   - cellHeight: the same.
  public init(columns: Int, rows: Int, cellWidth: Int = 8, cellHeight: Int = 16) {
    precondition(
      columns > 0 && rows > 0 && cellWidth > 0 && cellHeight > 0,
      "A terminal has characters, and these pixels.")
    self.columns = columns
    self.rows = rows
    self.cellWidth = cellWidth
    self.cellHeight = cellHeight
  }

  /// What the system knows of the terminal behind a descriptor.
  /// - Returns: nil if there is no terminal, or one that has no size.
  public init?(descriptor: Int32) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    let (columns, rows) = (Int(size.ws_col), Int(size.ws_row))
    let (cellWidth, cellHeight) = (Int(size.ws_xpixel) / columns, Int(size.ws_ypixel) / rows)
    if cellWidth > 0 && cellHeight > 0 {
      self.init(columns: columns, rows: rows, cellWidth: cellWidth, cellHeight: cellHeight)
    } else {
      self.init(columns: columns, rows: rows)
    }
  }

  /// How many columns and rows a picture gets: as many as fit, at most 80 and 24, beside a column and two lines that
  /// stay free for text.
  func cells(for picture: Picture) -> (columns: Int, rows: Int) {
    let (mostColumns, mostRows) = (max(1, min(80, columns - 1)), max(1, min(24, rows - 2)))
    // Rows to a column, in the picture's proportions.
    let slope = Double(picture.height * cellWidth) / Double(picture.width * cellHeight)
    let rows = min(Double(mostRows), max(1, (Double(mostColumns) * slope).rounded(.down)))
    let columns = min(Double(mostColumns), max(1, (rows / slope).rounded()))
    return (Int(columns), Int(rows))
  }
}
