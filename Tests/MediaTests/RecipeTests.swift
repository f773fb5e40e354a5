import Foundation
import Media
import TestFolders
import Testing

/// A recipe of some 1000 bytes, with an umlaut, a quotation mark and a backslash in it.
private let longRecipe =
  #"{"tool":"LatentWalk","schema":1,"prompts":["a m\u00fcller's \"house\" \\"# + "\","
  + (0..<60).map { "\"prompt \($0)\"" }.joined(separator: ",") + "]}"

@Suite struct RecipeTests {
  @Test("the recipe comes back from a PNG file")
  func png() throws {
    let folder = try TemporaryFolder()
    let picture = Picture.noise(width: 9, height: 9, seed: 2)
    try picture.writePNG(to: folder.file("picture.png"), recipe: longRecipe)
    #expect(try recipeText(inFile: folder.file("picture.png")) == longRecipe)
    #expect(try Picture(pngFile: folder.file("picture.png")) == picture)

    try picture.writePNG(to: folder.file("plain.png"))
    #expect(try recipeText(inFile: folder.file("plain.png")) == nil)
  }

  @Test("the recipe comes back from a GIF file")
  func gif() throws {
    let folder = try TemporaryFolder()
    let pictures = [Picture.noise(width: 9, height: 9, seed: 2), Picture.noise(width: 9, height: 9, seed: 3)]
    try encode(pictures, to: folder.file("walk.gif"), recipe: longRecipe)
    #expect(try recipeText(inFile: folder.file("walk.gif")) == longRecipe)

    try encode(pictures, to: folder.file("plain.gif"))
    #expect(try recipeText(inFile: folder.file("plain.gif")) == nil)
  }

  @Test("a recipe of a mebibyte is kept, a longer one is refused with its length")
  func limit() throws {
    let folder = try TemporaryFolder()
    let picture = Picture.noise(width: 3, height: 3, seed: 2)
    let longest = "{" + String(repeating: "x", count: 1_048_575)
    try picture.writePNG(to: folder.file("picture.png"), recipe: longest)
    #expect(try recipeText(inFile: folder.file("picture.png")) == longest)
    try encode([picture], to: folder.file("walk.gif"), recipe: longest)
    #expect(try recipeText(inFile: folder.file("walk.gif")) == longest)

    let names = try folder.names()
    for write in [
      { try picture.writePNG(to: folder.file("other"), recipe: longest + "x") },
      { try encode([picture], to: folder.file("other"), recipe: longest + "x") },
    ] {
      let error = try #require(throws: MediaError.self) { try write() }
      #expect("\(error)".contains("has 1048577 bytes, and 1048576 fit"))
    }
    #expect(try folder.names() == names)
  }

  @Test("files of another kind have no recipe, and files that end too early are refused by name")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("file")
    for other in ["", "hello", "\u{FF}\u{D8}\u{FF}"] {
      try Data(other.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try recipeText(inFile: path) == nil)
      #expect(try foreignTexts(inFile: path) == [])
    }

    try encode([Picture.noise(width: 9, height: 9, seed: 2)], to: path)
    let gif = try Data(contentsOf: URL(fileURLWithPath: path))
    try gif.dropLast(10).write(to: URL(fileURLWithPath: path))
    #expect(throws: MediaError.damaged(path: path, reason: "it ends inside a block")) {
      try recipeText(inFile: path)
    }
  }

  @Test("what is no plain file is refused at once, a pipe without a writer, too")
  func plainFilesOnly() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    for (path, reason) in [
      (pipe, "it is not a file"), ("/dev/zero", "it is not a file"), (folder.path, "it is not a file"),
      (folder.file("missing"), "no such file or directory"),
    ] {
      let expected = MediaError.cannotRead(path: path, reason: reason)
      #expect(throws: expected) { try recipeText(inFile: path) }
      #expect(throws: expected) { try foreignTexts(inFile: path) }
    }
  }
}
