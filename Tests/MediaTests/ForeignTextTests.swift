import CPNG
import Foundation
import Media
import TestFolders
import Testing

/// Texts in PNG and GIF files, as other programs write them.
@Suite struct ForeignTextTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("picture.png") }

  init() throws { folder = try TemporaryFolder() }

  /// A PNG file with these chunks between its header and its pixels.
  private func write(_ chunks: [(name: String, data: [UInt8])]) throws {
    try Picture.noise(width: 3, height: 2, seed: 1).writePNG(to: path)
    var png = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let bytes = chunks.flatMap { pngChunk($0.name, $0.data) }
    png.insert(contentsOf: bytes, at: 33)
    try Data(png).write(to: URL(fileURLWithPath: path))
  }

  private func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    compress(&result, &count, bytes, UInt(bytes.count))
    return Array(result.prefix(Int(count)))
  }

  @Test(
    "plain, deflated and international texts are read in the file's order, and the picture stays readable")
  func kinds() throws {
    try write([
      ("tEXt", Array("parameters".utf8) + [0, 0x63, 0x61, 0x66, 0xE9]),
      ("zTXt", Array("Comment".utf8) + [0, 0] + deflated([0x6E, 0xFC])),
      (
        "iTXt",
        Array("prompt".utf8) + [0, 0, 0] + Array("en".utf8) + [0] + Array("Wort".utf8) + [0]
          + Array("猫 🐈".utf8)
      ),
      ("iTXt", Array("workflow".utf8) + [0, 1, 0, 0, 0] + deflated(Array("{\"é\": 1}".utf8))),
      ("tEXt", Array("empty".utf8) + [0]),
    ])
    #expect(
      try foreignTexts(inFile: path) == [
        EmbeddedText(keyword: "parameters", text: "café"), EmbeddedText(keyword: "Comment", text: "nü"),
        EmbeddedText(keyword: "prompt", text: "猫 🐈"), EmbeddedText(keyword: "workflow", text: "{\"é\": 1}"),
        EmbeddedText(keyword: "empty", text: ""),
      ])
    #expect(try recipeText(inFile: path) == nil)
    #expect(try Picture(pngFile: path) == Picture.noise(width: 3, height: 2, seed: 1))
  }

  @Test("LatentWalk's own recipe is not among the foreign texts")
  func ownRecipe() throws {
    let picture = Picture.noise(width: 3, height: 2, seed: 1)
    try picture.writePNG(to: path, recipe: "{}")
    #expect(try foreignTexts(inFile: path) == [])
    #expect(try recipeText(inFile: path) == "{}")
    try encode([picture], to: folder.file("a.gif"), recipe: "{}")
    #expect(try foreignTexts(inFile: folder.file("a.gif")) == [])
  }

  @Test("the comments of a GIF file are read")
  func gifComments() throws {
    let path = folder.file("a.gif")
    try encode([Picture.noise(width: 3, height: 2, seed: 1)], to: path)
    var gif = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    gif.removeLast()
    gif += [0x21, 0xFE, 5] + Array("Creat".utf8) + [2] + Array("ed".utf8) + [0, 0x3B]
    try Data(gif).write(to: URL(fileURLWithPath: path))
    #expect(try foreignTexts(inFile: path) == [EmbeddedText(keyword: "Comment", text: "Created")])
    #expect(try recipeText(inFile: path) == nil)
  }

  @Test("texts that unpack to more than 32 MiB together are refused, in one chunk and in many")
  func bombs() throws {
    let expected = MediaError.cannotRead(path: path, reason: "its texts have more than 32 MiB")
    let bomb = { (size: Int) in
      ("zTXt", Array("parameters".utf8) + [0, 0] + self.deflated([UInt8](repeating: 65, count: size)))
    }
    try write([bomb(33 << 20)])
    #expect(throws: expected) { try foreignTexts(inFile: path) }
    try write(Array(repeating: bomb(9 << 20), count: 4))
    #expect(throws: expected) { try foreignTexts(inFile: path) }
    try write([bomb(31 << 20)])
    #expect(try foreignTexts(inFile: path)[0].text.utf8.count == 31 << 20)
  }

  @Test("a deflated text that is cut off or no deflated text at all is an error in words")
  func damaged() throws {
    let whole = deflated(Array("a photograph of a dog, a photograph of a cat".utf8))
    for data in [[], Array(whole.dropLast(6)), [1, 2, 3, 4]] {
      try write([("zTXt", Array("parameters".utf8) + [0, 0] + data)])
      #expect(throws: MediaError.damaged(path: path, reason: "a text in it cannot be unpacked")) {
        try foreignTexts(inFile: path)
      }
    }
  }

  @Test("chunks that are not built as their names say are passed over")
  func malformed() throws {
    try write([
      ("tEXt", []), ("tEXt", Array("no zero".utf8)), ("iTXt", Array("x".utf8) + [0]),
      ("iTXt", Array("x".utf8) + [0, 0, 0]),
      ("iTXt", Array("x".utf8) + [0, 0, 0, 0]), ("zTXt", []), ("tEXt", Array("last".utf8) + [0, 33]),
    ])
    #expect(try foreignTexts(inFile: path) == [EmbeddedText(keyword: "last", text: "!")])
  }
}
