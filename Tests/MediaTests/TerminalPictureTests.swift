import Foundation
import Media
import TestFolders
import Testing

@Suite struct TerminalPictureTests {
  /// Red and green above blue and white.
  private let four = Picture(width: 2, height: 2, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])

  @Test("kitty gets a PNG file in base64")
  func kitty() throws {
    let shown = try TerminalPicture(four, as: .kitty, columns: 3, rows: 2)
    let keys = "a=T,f=100,q=2,C=1,i=19543,p=1,c=3,r=2,m=0"
    #expect(shown.sequence == "\u{1B}_G\(keys);\(try png(four).base64EncodedString())\u{1B}\\")
  }

  @Test("a long file goes to kitty in parts of 4096 characters, each but the last announcing another")
  func parts() throws {
    let picture = Picture.noise(width: 64, height: 50, seed: 1)
    let shown = try TerminalPicture(picture, as: .kitty, columns: 8, rows: 3)
    let commands = shown.sequence.components(separatedBy: "\u{1B}\\").dropLast()
    #expect(commands.count == 4 && shown.sequence.hasSuffix("\u{1B}\\"))
    var text = ""
    for (number, command) in commands.enumerated() {
      let halves = command.components(separatedBy: ";")
      let more = number < commands.count - 1 ? "m=1" : "m=0"
      #expect(halves.count == 2)
      #expect(
        halves[0]
          == (number == 0 ? "\u{1B}_Ga=T,f=100,q=2,C=1,i=19543,p=1,c=8,r=3,\(more)" : "\u{1B}_G\(more)"))
      #expect(number == commands.count - 1 ? 1...4096 ~= halves[1].count : halves[1].count == 4096)
      text += halves[1]
    }
    #expect(Data(base64Encoded: text) == (try png(picture)))
  }

  @Test("iTerm2 gets a PNG file with its length and its size in characters")
  func iTerm2() throws {
    let shown = try TerminalPicture(four, as: .iTerm2, columns: 3, rows: 2)
    let file = try png(four)
    let keys = "inline=1;size=\(file.count);width=3;height=2;preserveAspectRatio=1"
    #expect(shown.sequence == "\u{1B}]1337;File=\(keys):\(file.base64EncodedString())\u{7}")
  }

  @Test("sixels are colours in hundredths and bands of six rows")
  func sixels() throws {
    let shown = try TerminalPicture(four, as: .sixel, columns: 1, rows: 1)
    #expect(
      shown.sequence
        == "\u{1B}P0;1q\"1;1;2;2#0;2;100;0;0#1;2;0;100;0#2;2;0;0;100#3;2;100;100;100"
        + "#0@$#1?@$#2A$#3?A\u{1B}\\")
    let plain = Picture(width: 10, height: 7, pixels: [UInt8](repeating: 255, count: 210))
    #expect(
      try TerminalPicture(plain, as: .sixel, columns: 1, rows: 1).sequence
        == "\u{1B}P0;1q\"1;1;10;7#0;2;100;100;100#0!10~-#0!10@\u{1B}\\")
  }

  @Test(
    "a terminal decodes from sixels what a GIF would show", arguments: [(61, 47), (1, 1), (5, 13), (128, 96)])
  func decodedSixels(width: Int, height: Int) throws {
    for picture in [
      Picture.photo(side: 96, phase: 0.3).fitted(width: width, height: height),
      Picture.noise(width: width, height: height, seed: 7),
    ] {
      let shown = try TerminalPicture(picture, as: .sixel, columns: 8, rows: 4)
      let decoded = try #require(DecodedSixels(shown.sequence))
      let folder = try TemporaryFolder()
      let gif = try encode([picture], to: folder.file("one.gif"))[0]
      #expect(decoded.misses == 0 && decoded.colourCount <= 255)
      #expect(decoded.picture.width == width && decoded.picture.height == height)
      // Hundredths are 2.55 levels apart.
      let furthest = zip(decoded.picture.pixels, gif.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(furthest <= 2)
    }
  }

  @Test("half blocks are two pixels each, and a colour is named where it changes")
  func halfBlocks() throws {
    #expect(
      try TerminalPicture(four, as: .halfBlocks, columns: 2, rows: 1).sequence
        == "\u{1B}[38;2;255;0;0;48;2;0;0;255m▀\u{1B}[38;2;0;255;0;48;2;255;255;255m▀\u{1B}[0m")
    #expect(
      try TerminalPicture(four, as: .halfBlocks256, columns: 2, rows: 1).sequence
        == "\u{1B}[38;5;196;48;5;21m▀\u{1B}[38;5;46;48;5;231m▀\u{1B}[0m")
    let odd = Picture(
      width: 2, height: 3, pixels: [9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 100, 101, 99, 100, 101, 99])
    #expect(
      try TerminalPicture(odd, as: .halfBlocks, columns: 2, rows: 2).sequence
        == "\u{1B}[38;2;9;9;9;48;2;1;2;3m▀\u{1B}[48;2;4;5;6m▀\u{1B}[0m\r\n"
        + "\u{1B}[38;2;100;101;99;49m▀▀\u{1B}[0m")
    #expect(
      try TerminalPicture(odd, as: .halfBlocks256, columns: 2, rows: 2).sequence.hasSuffix(
        "\u{1B}[38;5;241;49m▀▀\u{1B}[0m"))
  }

  @Test("what is sent is bounded, however large the picture and the terminal are")
  func bounds() throws {
    let picture = Picture.noise(width: 1500, height: 1200, seed: 3)
    let size = TerminalSize(columns: 500, rows: 300, cellWidth: 20, cellHeight: 40)
    for graphics in TerminalGraphics.allCases {
      let shown = try TerminalPicture(picture, as: graphics, in: size)
      #expect(shown.columns <= 80 && shown.rows <= 24)
      #expect(shown.sequence.utf8.count < 2_000_000, "\(graphics): \(shown.sequence.utf8.count)")
    }
    let sixels = try #require(
      DecodedSixels(try TerminalPicture(picture, as: .sixel, in: size).sequence)?.picture)
    #expect(sixels.width == 512 && abs(sixels.height - 410) <= 8)
    let tiny = Picture.noise(width: 16, height: 16, seed: 3)
    #expect(try TerminalPicture(tiny, as: .kitty, in: size).sequence.utf8.count < 1500, "It is not enlarged.")
  }

  @Test(
    "the next picture takes the place of the last, and the line below stays", arguments: [0, 3, 9],
    [TerminalGraphics.halfBlocks, .halfBlocks256])
  func replaced(firstRow: Int, graphics: TerminalGraphics) throws {
    let size = TerminalSize(columns: 20, rows: 10)
    var screen = TerminalScreen(columns: 20, rows: 10)
    screen.print(String(repeating: "text\n", count: firstRow) + "\rbefore any picture")
    let pictures = try (0..<3).map {
      try TerminalPicture(Picture.noise(width: 30, height: 20, seed: $0), as: graphics, in: size)
    }
    #expect(pictures[0].rows == 6 && pictures[0].columns == 18)
    var expected = TerminalScreen(columns: 20, rows: 10)
    expected.print(
      String(repeating: "text\n", count: firstRow) + "\r\u{1B}[J" + String(repeating: "\n", count: 6))
    expected.print("\u{1B}[6A" + pictures[2].sequence + "\r\nstep 2")
    for (number, picture) in pictures.enumerated() {
      screen.print(picture.replacing(number > 0 ? pictures[number - 1] : nil))
      #expect(screen.column == 0)
      screen.print("\rstep \(number)")
    }
    #expect(screen.cells == expected.cells)
    #expect((screen.row, screen.column) == (expected.row, expected.column))
    #expect(screen.text(screen.row) == "step 2")
  }

  @Test("a picture of another size clears what the last one left")
  func otherSize() throws {
    var screen = TerminalScreen(columns: 40, rows: 12)
    screen.print("title\n")
    let size = TerminalSize(columns: 40, rows: 12)
    let wide = try TerminalPicture(Picture.noise(width: 39, height: 10, seed: 1), as: .halfBlocks, in: size)
    let high = try TerminalPicture(Picture.noise(width: 8, height: 16, seed: 2), as: .halfBlocks, in: size)
    #expect(wide.rows != high.rows && wide.columns > high.columns)
    for (picture, previous) in [(wide, nil), (high, wide), (wide, high), (high, wide)] {
      screen.print(picture.replacing(previous) + "progress")
    }
    #expect(
      screen.text(screen.row) == "progress" && screen.row == high.rows + (screen.text(0) == "title" ? 1 : 0))
    for row in screen.row - high.rows..<screen.row {
      #expect(screen.text(row) == String(repeating: "▀", count: high.columns))
    }
  }

  private func png(_ picture: Picture) throws -> Data {
    let folder = try TemporaryFolder()
    try picture.writePNG(to: folder.file("picture.png"))
    return try folder.bytes("picture.png")
  }
}
