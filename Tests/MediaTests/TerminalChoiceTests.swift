import Media
import Testing

@Suite struct TerminalChoiceTests {
  @Test("a terminal is known by its environment")
  func terminals() {
    let cases: [(TerminalGraphics?, [String: String])] = [
      (.kitty, ["TERM": "xterm-kitty"]),
      (.kitty, ["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"]),
      (.kitty, ["TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"]),
      (.kitty, ["TERM": "xterm-ghostty"]),
      (.iTerm2, ["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "COLORTERM": "truecolor"]),
      (.iTerm2, ["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm", "KITTY_WINDOW_ID": "1"]),
      (.sixel, ["TERM": "foot"]), (.sixel, ["TERM": "foot-extra", "COLORTERM": "truecolor"]),
      (.sixel, ["TERM": "mlterm"]), (.sixel, ["TERM": "xterm-sixel"]),
      (.halfBlocks, ["TERM": "xterm-256color", "COLORTERM": "truecolor"]),
      (.halfBlocks, ["TERM": "alacritty", "COLORTERM": "24bit"]),
      (.halfBlocks, ["TERM": "xterm-direct"]),
      (.halfBlocks, ["TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "KITTY_WINDOW_ID": "1"]),
      (.halfBlocks256, ["TERM": "xterm-256color"]),
      (.halfBlocks256, ["TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"]),
      (.halfBlocks256, ["TERM": "xterm-256color", "COLORTERM": "", "KITTY_WINDOW_ID": ""]),
      (nil, [:]), (nil, ["TERM": ""]), (nil, ["TERM": "dumb", "COLORTERM": "truecolor"]),
    ]
    for (expected, environment) in cases {
      #expect(TerminalGraphics(environment: environment) == expected, "\(environment)")
    }
  }

  @Test("inside a multiplexer pictures are half blocks, whatever the terminal around it")
  func multiplexers() {
    let around = ["TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1", "COLORTERM": "truecolor"]
    for inside in [
      ["TMUX": "/tmp/tmux"], ["STY": "1.pts"], ["ZELLIJ": "0"], ["TERM": "tmux-256color"], ["TERM": "screen"],
    ] {
      let environment = around.merging(inside) { $1 }
      #expect(TerminalGraphics(environment: environment) == .halfBlocks, "\(inside)")
      #expect(
        TerminalGraphics(environment: environment.filter { $0.key != "COLORTERM" }) == .halfBlocks256)
    }
  }

  @Test("what is no terminal has no size")
  func noTerminal() throws {
    #expect(TerminalSize(descriptor: -1) == nil)
    #expect(TerminalSize(descriptor: 10_000) == nil)
  }

  @Test("a picture keeps its proportions, and leaves a column and two lines free")
  func cells() throws {
    let cases: [(picture: (Int, Int), size: TerminalSize, cells: (Int, Int))] = [
      ((128, 128), TerminalSize(columns: 80, rows: 24), (44, 22)),
      ((512, 512), TerminalSize(columns: 300, rows: 100, cellWidth: 10, cellHeight: 20), (48, 24)),
      ((768, 512), TerminalSize(columns: 300, rows: 100), (72, 24)),
      ((512, 768), TerminalSize(columns: 300, rows: 100), (32, 24)),
      ((512, 512), TerminalSize(columns: 21, rows: 50), (20, 10)),
      ((512, 512), TerminalSize(columns: 1, rows: 1), (1, 1)),
      ((4000, 10), TerminalSize(columns: 80, rows: 24), (79, 1)),
      ((10, 4000), TerminalSize(columns: 80, rows: 24), (1, 22)),
    ]
    for ((width, height), size, (columns, rows)) in cases {
      let picture = Picture.gradient(side: 8, phase: 0).fitted(width: width, height: height)
      let shown = try TerminalPicture(picture, as: .halfBlocks, in: size)
      #expect((shown.columns, shown.rows) == (columns, rows), "\(width) x \(height) in \(size)")
    }
  }
}
