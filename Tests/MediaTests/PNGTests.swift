import Foundation
import Media
import TestFolders
import Testing

@Suite struct PNGTests {
  @Test("a picture comes back from a PNG file as it was", arguments: [(1, 1), (7, 5), (129, 65)])
  func roundTrip(width: Int, height: Int) throws {
    let folder = try TemporaryFolder()
    let picture = Picture.noise(width: width, height: height, seed: 1)
    try picture.writePNG(to: folder.file("picture.png"))
    #expect(try Picture(pngFile: folder.file("picture.png")) == picture)
    #expect(try folder.names() == ["picture.png"])
  }

  @Test("a file that is there already is replaced")
  func replaces() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture.png")
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    try Picture.noise(width: 4, height: 4, seed: 1).writePNG(to: path)
    #expect(try Picture(pngFile: path) == Picture.noise(width: 4, height: 4, seed: 1))
  }

  @Test("grey becomes colour")
  func grey() throws {
    #expect(try Picture(pngFile: fixture("grey.png")).pixels == [0, 0, 0, 100, 100, 100, 255, 255, 255])
  }

  @Test("a palette becomes colours")
  func palette() throws {
    #expect(try Picture(pngFile: fixture("palette.png")).pixels == [0, 0, 255, 0, 255, 0, 255, 0, 0])
  }

  @Test("what is see-through is shown on black")
  func alpha() throws {
    let pixels = try Picture(pngFile: fixture("alpha.png")).pixels
    #expect(pixels[..<8] == [255, 0, 0, 0, 0, 0, 0, 0])
    // Half of the light of 255, in sRGB; libpng works with tables.
    #expect(abs(Int(pixels[8]) - 188) <= 2)
  }

  @Test("16 bits become 8")
  func sixteenBits() throws {
    #expect(
      try Picture(pngFile: fixture("sixteen-bits.png")).pixels == [0, 128, 255, 255, 0, 128, 128, 255, 0])
  }

  @Test("a file that is missing, foreign or cut off is refused by name")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture.png")
    #expect(throws: MediaError.cannotRead(path: path, reason: "no such file or directory")) {
      try Picture(pngFile: path)
    }
    try Data("GIF89a".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: MediaError.notAPNG(path: path)) { try Picture(pngFile: path) }

    try Picture.noise(width: 32, height: 32, seed: 1).writePNG(to: path, recipe: "{}")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for count in [8, 20, 40, 300, whole.count - 20] {
      try whole.prefix(count).write(to: URL(fileURLWithPath: path))
      let error = try #require(throws: MediaError.self) { try Picture(pngFile: path) }
      #expect(error.description.hasPrefix("Cannot read \(path), the file is damaged: "))
    }
  }
}
