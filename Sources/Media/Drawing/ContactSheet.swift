/// Many pictures on one sheet, in rows, each with a label below it if one is given.
///
///     var sheet = ContactSheet(count: 2, labels: true)
///     for seed in 1...2 { sheet.add(try Picture(file: "seed-\(seed).png"), label: "seed \(seed)") }
///     try sheet.picture.writePNG(to: "seeds.png")
///
/// Pictures are made smaller where they would not fit into the sheet's width, and never larger. Only their small
/// versions are kept.
public struct ContactSheet: Sendable {
  public let columns: Int
  private let maximumWidth: Int
  private let labelHeight: Int
  private var cells: [(picture: Picture, label: String)] = []
  /// Of each picture on the sheet; known from the first one.
  private var size: (width: Int, height: Int) = (0, 0)

  private static let gap = 8

  /// - Parameters:
  ///   - count: how many pictures will be added.
  ///   - columns: how many stand side by side; without it about as many as there are rows.
  ///   - labels: whether room is left below the pictures.
  public init(count: Int, columns: Int? = nil, labels: Bool = false, maximumWidth: Int = 1600) {
    precondition(count > 0 && columns ?? 1 > 0 && maximumWidth > 0, "A contact sheet has a picture.")
    self.columns = columns ?? Self.columns(for: count)
    self.maximumWidth = maximumWidth
    labelHeight = labels ? Lettering.small.lineHeight + 4 : 0
  }

  /// A little wider than high, and as full as possible in the last row.
  private static func columns(for count: Int) -> Int {
    let square = Double(count).squareRoot()
    let candidates = max(1, Int(square.rounded(.up)))...max(1, Int((1.7 * square).rounded(.up)))
    let emptyPlaces = { (columns: Int) in (columns - count % columns) % columns }
    return candidates.min { (emptyPlaces($0), $0) < (emptyPlaces($1), $1) } ?? 1
  }

  /// - Parameter label: what is written below the picture, shortened to its width, if there is room for labels.
  public mutating func add(_ picture: Picture, label: String = "") {
    if cells.isEmpty {
      let room = max(1, (maximumWidth - (columns + 1) * Self.gap) / columns)
      let width = min(picture.width, room)
      size = (width, max(1, (picture.height * width + picture.width / 2) / picture.width))
    }
    cells.append((picture.fitted(width: size.width, height: size.height), label))
  }

  /// The sheet, with the pictures that were added so far.
  public var picture: Picture {
    precondition(!cells.isEmpty, "A contact sheet has a picture.")
    let rows = (cells.count + columns - 1) / columns
    let (across, down) = (size.width + Self.gap, size.height + labelHeight + Self.gap)
    var drawing = PictureDrawing(
      width: min(columns, cells.count) * across + Self.gap, height: rows * down + Self.gap, background: .paper
    )
    for (number, cell) in cells.enumerated() {
      let (row, column) = number.quotientAndRemainder(dividingBy: columns)
      let (left, top) = (column * across + Self.gap, row * down + Self.gap)
      drawing.paste(cell.picture, left: left, top: top)
      guard labelHeight > 0 else { continue }
      drawing.write(
        Lettering.small.fitting(cell.label, width: size.width),
        at: Place(x: Double(left) + Double(size.width) / 2, y: Double(top + size.height + 3)),
        TextStyle(anchor: .middle))
    }
    return drawing.picture
  }
}
