import Media

/// Pictures of one size side by side on white, row by row.
struct FrameSheet {
  let columns: Int
  private let rows: Int
  private let maximumWidth: Int
  /// Of each picture on the sheet, and the sheet's pixels; known from the first picture on.
  private var size = (width: 0, height: 0)
  private var pixels: [UInt8] = []
  private var added = 0

  private static let gap = 8

  /// - Parameters:
  ///   - count: how many pictures will be added.
  ///   - columns: how many stand side by side; without it about as many as there are rows.
  ///   - labels: whether the pictures have labels.
  ///   - maximumWidth: in pixels; pictures are made smaller where the sheet would be wider.
  init(count: Int, columns: Int? = nil, labels: Bool = false, maximumWidth: Int = 4096) {
    precondition(count > 0 && columns ?? 1 > 0, "A sheet has pictures.")
    self.columns = columns ?? max(1, Int(Double(count).squareRoot().rounded(.up)))
    rows = (count + self.columns - 1) / self.columns
    self.maximumWidth = maximumWidth
  }

  private var width: Int { columns * (size.width + Self.gap) + Self.gap }
  private var height: Int { rows * (size.height + Self.gap) + Self.gap }

  /// - Parameter label: what is written below the picture.
  mutating func add(_ picture: Picture, label: String) {
    if added == 0 {
      let room = max(1, (maximumWidth - Self.gap) / columns - Self.gap)
      let width = min(picture.width, room)
      size = (width, max(1, picture.height * width / picture.width))
      pixels = [UInt8](repeating: 255, count: self.width * height * 3)
    }
    let fitted = picture.fitted(width: size.width, height: size.height)
    let (row, column) = added.quotientAndRemainder(dividingBy: columns)
    let (left, top) = (Self.gap + column * (size.width + Self.gap), Self.gap + row * (size.height + Self.gap))
    for y in 0..<size.height {
      let start = ((top + y) * width + left) * 3
      let line = y * size.width * 3
      pixels.replaceSubrange(
        start..<start + size.width * 3, with: fitted.pixels[line..<line + size.width * 3])
    }
    added += 1
  }

  /// The sheet with the pictures that were added.
  var picture: Picture {
    precondition(added > 0, "A sheet has pictures.")
    return Picture(width: width, height: height, pixels: pixels)
  }
}
