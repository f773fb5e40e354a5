/// A picture as the text that makes a terminal show it. The next one can take its place, while the line below, such as
/// a progress bar, stays.
///
///     let picture = Picture(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 255])
///     let size = TerminalSize(columns: 80, rows: 24)
///     let first = try TerminalPicture(picture, as: .halfBlocks, in: size)
///     print(first.replacing(nil), terminator: "")
///     let second = try TerminalPicture(picture, as: .halfBlocks, in: size)
///     print(second.replacing(first), terminator: "")
///
/// Between the two the cursor may move within its line, but not leave it: what is written there fits into one line.
public struct TerminalPicture: Sendable, Hashable {
  /// The characters that the picture takes.
  public let columns: Int
  public let rows: Int
  /// Draws the picture from the cursor on, which is at the beginning of a line, and leaves the cursor anywhere.
  public let sequence: String

  /// No side of a picture has more pixels than this: a preview need not be large, and takes time to send.
  private static let pixelLimit = 512

  /// - Parameter size: the picture is made as large as fits, at most 80 columns and 24 rows.
  /// - Throws: `MediaError` if the picture cannot be encoded.
  public init(_ picture: Picture, as graphics: TerminalGraphics, in size: TerminalSize) throws(MediaError) {
    let (columns, rows) = size.cells(for: picture)
    let area = (width: columns * size.cellWidth, height: rows * size.cellHeight)
    // Sixels are pixels of the screen, and the other protocols enlarge a picture themselves.
    let limit =
      graphics == .sixel ? Self.pixelLimit : min(Self.pixelLimit, max(picture.width, picture.height))
    let scale = min(1, Double(limit) / Double(max(area.width, area.height)))
    let (width, height) =
      switch graphics {
      case .halfBlocks, .halfBlocks256: (columns, 2 * rows)
      case .kitty, .iTerm2, .sixel:
        (
          max(1, Int((Double(area.width) * scale).rounded())),
          max(1, Int((Double(area.height) * scale).rounded()))
        )
      }
    let fitted = picture.fitted(width: width, height: height)
    try self.init(fitted, as: graphics, columns: columns, rows: rows)
  }

  /// The pixels as they are.
  package init(_ picture: Picture, as graphics: TerminalGraphics, columns: Int, rows: Int) throws(MediaError)
  {
    self.columns = columns
    self.rows = rows
    sequence =
      switch graphics {
      case .kitty: kittySequence(try picture.encodedPNG(for: "the terminal"), columns: columns, rows: rows)
      case .iTerm2: iTerm2Sequence(try picture.encodedPNG(for: "the terminal"), columns: columns, rows: rows)
      case .sixel: sixelSequence(picture)
      case .halfBlocks: halfBlockSequence(picture) { "2;\($0.red);\($0.green);\($0.blue)" }
      case .halfBlocks256: halfBlockSequence(picture) { "5;\(cubeIndex($0))" }
      }
  }

  /// Shows the picture in the place of another, or, for nil, from the cursor's line on, which is cleared. Then the
  /// cursor is at the beginning of the line below the picture.
  public func replacing(_ previous: TerminalPicture?) -> String {
    // Saves the cursor, restores it: what the protocols do with it differs.
    let drawn = "\u{1B}7\(sequence)\u{1B}8\u{1B}[\(rows)B"
    // Empty lines are made first, so that the screen does not scroll while the picture is drawn.
    let fresh = "\r\u{1B}[J" + String(repeating: "\n", count: rows) + "\u{1B}[\(rows)A" + drawn
    guard let previous else { return fresh }
    let up = "\r\u{1B}[\(previous.rows)A"
    return previous.columns == columns && previous.rows == rows ? up + drawn : up + fresh
  }
}
