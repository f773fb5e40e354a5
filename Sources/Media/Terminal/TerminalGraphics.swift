/// How a terminal shows pictures, as far as its environment tells. The terminal itself is not asked: its answer would
/// arrive among what the user types.
///
///     let graphics = TerminalGraphics(environment: ["TERM": "xterm-kitty"])   // .kitty
///     if graphics == nil { print("This terminal shows no pictures.") }
public enum TerminalGraphics: String, Sendable, CaseIterable {
  /// A PNG file by kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/): kitty, Ghostty.
  case kitty
  /// A PNG file by iTerm2's inline images (https://iterm2.com/documentation-images.html): iTerm2, WezTerm.
  case iTerm2
  /// Bands of six rows in up to 255 colours ("VT330/VT340 Programmer Reference Manual", chapter 14): foot, mlterm,
  /// xterm with sixel in its name.
  case sixel
  /// Two pixels a character, one above the other, in 24-bit colours.
  case halfBlocks
  /// The same in the 240 fixed colours of 8-bit terminals.
  case halfBlocks256

  /// - Parameter environment: the process's variables.
  /// - Returns: nil for a terminal without escape sequences, and where there is none.
  public init?(environment: [String: String]) {
    func has(_ name: String) -> Bool { environment[name].map { !$0.isEmpty } ?? false }
    guard let terminal = environment["TERM"], !["", "dumb", "unknown"].contains(terminal) else { return nil }

    let colours: Self =
      ["truecolor", "24bit"].contains(environment["COLORTERM"]) || terminal.hasSuffix("-direct")
      ? .halfBlocks : .halfBlocks256
    // Multiplexers pass text on and keep pictures.
    let isMultiplexed =
      has("TMUX") || has("STY") || has("ZELLIJ") || ["screen", "tmux"].contains(where: terminal.hasPrefix)
    if isMultiplexed {
      self = colours
      return
    }
    // A terminal that was started from another one inherits its variables, so a program's own name comes first.
    switch environment["TERM_PROGRAM"] {
    case "iTerm.app", "WezTerm": self = .iTerm2
    case "ghostty": self = .kitty
    case "vscode": self = .halfBlocks
    case "Apple_Terminal": self = .halfBlocks256
    default:
      let isKitty = has("KITTY_WINDOW_ID") || ["kitty", "ghostty"].contains(where: terminal.contains)
      let isSixel = ["sixel", "foot", "mlterm"].contains(where: terminal.contains)
      self = isKitty ? .kitty : isSixel ? .sixel : colours
    }
  }
}
