import Foundation
import Media
import Testing

/// A recipe of some 1000 bytes, with an umlaut, a quotation mark and a backslash in it.
private let recipeText =
  #"{"tool":"LatentWalk","schema":1,"prompts":["a m\u00fcller's \"house\" \\"# + "\","
  + (0..<60).map { "\"prompt \($0)\"" }.joined(separator: ",") + "]}"

@Suite struct RecipeTests {
  @Test("the recipe comes back from a PNG file")
  func png() throws {
    let folder = try TemporaryFolder()
    let picture = Picture.noise(width: 9, height: 9, seed: 2)
    try picture.writePNG(to: folder.file("picture.png"), recipe: recipeText)
    #expect(try recipe(inPNG: folder.file("picture.png")) == recipeText)
    #expect(try Picture(pngFile: folder.file("picture.png")) == picture)

    try picture.writePNG(to: folder.file("plain.png"))
    #expect(try recipe(inPNG: folder.file("plain.png")) == nil)
  }

  @Test("the recipe comes back from a GIF file")
  func gif() throws {
    let folder = try TemporaryFolder()
    let pictures = [Picture.noise(width: 9, height: 9, seed: 2), Picture.noise(width: 9, height: 9, seed: 3)]
    try encode(pictures, to: folder.file("walk.gif"), recipe: recipeText)
    #expect(try recipe(inGIF: folder.file("walk.gif")) == recipeText)

    try encode(pictures, to: folder.file("plain.gif"))
    #expect(try recipe(inGIF: folder.file("plain.gif")) == nil)
  }

  @Test("a recipe of 64 kB is kept, a longer one is refused with its length")
  func limit() throws {
    let folder = try TemporaryFolder()
    let picture = Picture.noise(width: 3, height: 3, seed: 2)
    let longest = "{" + String(repeating: "x", count: 65_535)
    try picture.writePNG(to: folder.file("picture.png"), recipe: longest)
    #expect(try recipe(inPNG: folder.file("picture.png")) == longest)
    try encode([picture], to: folder.file("walk.gif"), recipe: longest)
    #expect(try recipe(inGIF: folder.file("walk.gif")) == longest)

    let names = folder.names
    for write in [
      { try picture.writePNG(to: folder.file("other"), recipe: longest + "x") },
      { try encode([picture], to: folder.file("other"), recipe: longest + "x") },
    ] {
      let error = try #require(throws: MediaError.self) { try write() }
      #expect("\(error)".contains("has 65537 bytes, and 65536 fit"))
    }
    #expect(folder.names == names)
  }

  @Test("files of another kind and files that end too early are refused by name")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("file")
    try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: MediaError.notAPNG(path: path)) { try recipe(inPNG: path) }
    #expect(throws: MediaError.notAGIF(path: path)) { try recipe(inGIF: path) }

    try encode([Picture.noise(width: 9, height: 9, seed: 2)], to: path)
    let gif = try Data(contentsOf: URL(fileURLWithPath: path))
    try gif.dropLast(10).write(to: URL(fileURLWithPath: path))
    #expect(throws: MediaError.damaged(path: path, reason: "it ends inside a block")) {
      try recipe(inGIF: path)
    }
  }
}
