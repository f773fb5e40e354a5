import Media

/// A terminal as far as the sequences of half blocks need one: what stands in each cell, and where the cursor is.
struct TerminalScreen {
  struct Cell: Equatable {
    var character: Character = " "
    /// The parameters of the last colours, "38;2;255;0;0;48;2;0;0;255".
    var colours = ""
  }

  private(set) var cells: [[Cell]]
  private(set) var row = 0
  private(set) var column = 0
  private var saved = (row: 0, column: 0)
  private var foreground = ""
  private var background = ""

  init(columns: Int, rows: Int) {
    cells = [[Cell]](repeating: [Cell](repeating: Cell(), count: columns), count: rows)
  }

  /// A row without what is empty at its end.
  func text(_ row: Int) -> String {
    String(String(cells[row].map(\.character).reversed().drop { $0 == " " }.reversed()))
  }

  /// Takes text as a terminal does that makes a line feed a new line, as the system's driver has it.
  mutating func print(_ text: String) {
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n":
        column = 0
        row += 1
        scroll()
      case "\u{1B}": escape(&rest)
      default:
        cells[row][column] = Cell(character: Character(scalar), colours: foreground + background)
        column += 1
      }
    }
  }

  private mutating func scroll() {
    guard row == cells.count else { return }
    row -= 1
    cells.removeFirst()
    cells.append([Cell](repeating: Cell(), count: cells[0].count))
  }

  private mutating func escape(_ rest: inout Substring.UnicodeScalarView) {
    switch rest.popFirst() {
    case "7": saved = (row, column)
    case "8": (row, column) = saved
    case "[":
      let parameters = rest.prefix { "0123456789;".unicodeScalars.contains($0) }
      rest = rest.dropFirst(parameters.count)
      command(rest.popFirst() ?? " ", String(parameters))
    default: break
    }
  }

  private mutating func command(_ letter: Unicode.Scalar, _ parameters: String) {
    switch letter {
    case "A": row = max(0, row - (Int(parameters) ?? 1))
    case "B": row = min(cells.count - 1, row + (Int(parameters) ?? 1))
    case "J":
      for y in row..<cells.count {
        for x in (y == row ? column : 0)..<cells[y].count { cells[y][x] = Cell() }
      }
    case "m" where parameters == "0": (foreground, background) = ("", "")
    case "m":
      // A background follows a foreground.
      let start =
        parameters.hasPrefix("4") ? parameters.startIndex : parameters.firstRange(of: ";4")?.lowerBound
      if !parameters.hasPrefix("4") { foreground = String(parameters[..<(start ?? parameters.endIndex)]) }
      if let start { background = ";" + String(parameters[start...].drop { $0 == ";" }) }
    default: break
    }
  }
}
