import Foundation
import StableDiffusion
import Testing

/// Repository folders, found from this file.
private let tests = URL(filePath: #filePath).deletingLastPathComponent()
private let repository = tests.deletingLastPathComponent().deletingLastPathComponent()

/// CLIP's own vocabulary, as the bundled model brings it.
private func clip() throws -> Tokenizer {
  try Tokenizer(folder: repository.appending(path: "Models/tiny/tokenizer").path)
}

@Suite struct TokenizerTests {
  /// Written by `Tools/golden/tokens.py`.
  private struct Golden: Decodable {
    struct Case: Decodable {
      let text: String
      /// With begin and end, before anything is cut.
      let ids: [Int]
    }
    let cases: [Case]
  }

  @Test("every golden prompt has CLIP's ids, cut to 77 with the end token kept, and padded with it")
  func golden() throws {
    let tokenizer = try clip()
    let file = tests.appending(path: "Fixtures/tokens.json")
    for golden in try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file)).cases {
      let tokens = tokenizer.encode(golden.text)
      let cut = golden.ids.count > 77 ? golden.ids.prefix(76) + [49407] : golden.ids
      let padded = cut + [Int](repeating: 49407, count: 77 - cut.count)
      #expect(tokens.ids == padded, "\(golden.text.debugDescription)")
      #expect(tokens.count == cut.count)
      #expect((tokens.droppedText != nil) == (golden.ids.count > 77))
    }
  }

  @Test("the empty prompt is begin and 76 times end")
  func emptyPrompt() throws {
    let tokens = try clip().encode("")
    #expect(tokens.ids == [49406] + [Int](repeating: 49407, count: 76))
    #expect(tokens.count == 2)
    #expect(tokens.droppedText == nil)
  }

  @Test("75 words fit, and of 76 the last is dropped and reported")
  func droppedWord() throws {
    let tokenizer = try clip()
    let words = (0..<74).map { _ in "cat" }.joined(separator: " ")
    #expect(tokenizer.encode(words + " dog").droppedText == nil)
    let tokens = tokenizer.encode(words + " dog  OWL, &amp; more")
    #expect(tokens.droppedText == "owl, & more")
    #expect(tokens.count == 77)
    #expect(tokens.ids[75...] == [1929, 49407])
  }

  @Test("a word that is cut in the middle loses only its end")
  func cutWord() throws {
    let words = (0..<74).map { _ in "cat" }.joined(separator: " ")
    // hook | ah
    let tokens = try clip().encode(words + " hookahs and smoke")
    #expect(tokens.droppedText?.hasSuffix("s and smoke") == true)
    #expect(tokens.droppedText?.hasPrefix("hook") == false)
    #expect(tokens.count == 77)
  }

  @Test("a prompt of a hundred thousand letters is cut, not refused")
  func hugePrompt() throws {
    let tokens = try clip().encode(String(repeating: "a cat ", count: 20_000))
    #expect(tokens.ids.count == 77)
    #expect(tokens.droppedText?.count == 119_999 - 37 * 6 - 2)
  }
}

@Suite struct TokenizerFolderTests {
  @Test("a small vocabulary with four merges joins the most frequent pair first")
  func smallVocabulary() throws {
    let tokenizer = try SmallFolder().tokenizer()
    // 256 bytes, 256 ends, then ca, cat</w>, at</w>, do; begin 516, end 517.
    let (o, g) = (Int(UInt8(ascii: "o")) - 33, 256 + Int(UInt8(ascii: "g")) - 33)
    #expect(Array(tokenizer.encode("cat").ids.prefix(4)) == [516, 513, 517, 517])
    #expect(Array(tokenizer.encode("at Dog").ids.prefix(5)) == [516, 514, 515, g, 517])
    #expect(Array(tokenizer.encode("og").ids.prefix(4)) == [516, o, g, 517])
    #expect(tokenizer.length == 77)
  }

  @Test(
    "SD 2.x's padding and another length are read from the settings, where the map of special tokens decides")
  func settings() throws {
    let folder = try SmallFolder()
    try folder.write(
      "tokenizer_config.json", #"{"pad_token": "<|endoftext|>", "model_max_length": 8, "unk_token": null}"#)
    #expect(try folder.tokenizer().encode("cat").ids == [516, 513, 517, 517, 517, 517, 517, 517])
    try folder.write("special_tokens_map.json", #"{"pad_token": "!"}"#)
    #expect(try folder.tokenizer().encode("cat").ids == [516, 513, 517, 0, 0, 0, 0, 0])
    try folder.write("special_tokens_map.json", ##"{"pad_token": {"content": "#", "lstrip": false}}"##)
    #expect(try folder.tokenizer().encode("cat").ids == [516, 513, 517, 2, 2, 2, 2, 2])
  }

  @Test("a length that was never set counts as 77")
  func unsetLength() throws {
    let folder = try SmallFolder()
    try folder.write("tokenizer_config.json", #"{"model_max_length": 1000000000000000019884624838656}"#)
    #expect(try folder.tokenizer().length == 77)
  }

  @Test("vocab.json may be indented and escaped")
  func escapedVocabulary() throws {
    let folder = try SmallFolder()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .prettyPrinted
    let vocabulary = String(decoding: try encoder.encode(folder.ids), as: UTF8.self)
      .replacing("\"ca\"", with: #""\u0063\u0061""#).replacing("\"ÿ\"", with: #""\u00FF""#)
    try folder.write("vocab.json", vocabulary)
    #expect(try folder.tokenizer().encode("cat").ids[1] == 513)
  }

  @Test("a folder without a vocabulary is refused with the file's name")
  func missingFile() throws {
    let folder = try SmallFolder()
    try folder.remove("merges.txt")
    let error = try #require(throws: TokenizerError.self) { try folder.tokenizer() }
    #expect(error.description.hasPrefix("The tokenizer's file \(folder.path)/merges.txt cannot be read ("))
    #expect(error.description.hasSuffix("check that the model is complete."))
  }

  @Test(
    "a broken file is refused with what is wrong in it",
    arguments: [
      ("vocab.json", "", "it is no JSON object of tokens and their ids from byte 0 on"),
      ("vocab.json", "{\"a\":1", "it is no JSON object of tokens and their ids from byte 6 on"),
      ("vocab.json", "{\"a\":x}", "it is no JSON object of tokens and their ids from byte 5 on"),
      ("vocab.json", "{\"a\":1}", "the token Ā is missing"),
      ("merges.txt", "#version: 0.2\nc a\nabc\n", "line 3 is no pair of tokens"),
      (
        "vocab.json", "{\"" + String(repeating: "\\ud800", count: 1_000_000) + "\": 1}",
        "the token Ā is missing"
      ),
      (
        "tokenizer_config.json", "{\"model_max_length\": -1e300}",
        "it is no JSON object with a tokenizer's settings"
      ),
      ("tokenizer_config.json", "[1]", "it is no JSON object with a tokenizer's settings"),
      ("tokenizer_config.json", "{\"model_max_length\": 1}", "its model_max_length is 1, not 2 to 65536"),
    ])
  func brokenFile(name: String, content: String, reason: String) throws {
    let folder = try SmallFolder()
    try folder.write(name, content)
    let error = try #require(throws: TokenizerError.self) { try folder.tokenizer() }
    #expect(
      error.description == """
        The tokenizer's file \(folder.path)/\(name) cannot be used: \(reason). Fetch it again, or choose another model.
        """)
  }

  @Test(
    "a token that another file names and vocab.json does not have is refused by name",
    arguments: [
      ("merges.txt", "#version: 0.2\nb c\n", "bc"), ("merges.txt", "zz a\n", "zz"),
      ("special_tokens_map.json", "{\"pad_token\": \"<pad>\"}", "<pad>"),
    ])
  func missingToken(name: String, content: String, token: String) throws {
    let folder = try SmallFolder()
    try folder.write(name, content)
    let error = try #require(throws: TokenizerError.self) { try folder.tokenizer() }
    #expect(error == .invalid(path: folder.path + "/vocab.json", reason: "the token \(token) is missing"))
  }
}

/// A tokenizer's folder with 256 bytes, 256 bytes that end a word, four merges and the two tokens for begin
/// and end.
private final class SmallFolder {
  /// What `vocab.json` says.
  let ids: [String: Int]
  private let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let visible = [33...126, 161...172, 174...255].joined()
    let bytes = (Array(visible) + (256..<324)).compactMap { Unicode.Scalar($0) }.map { String($0) }
    let tokens =
      bytes + bytes.map { $0 + "</w>" } + [
        "ca", "cat</w>", "at</w>", "do", "<|startoftext|>", "<|endoftext|>",
      ]
    ids = Dictionary(uniqueKeysWithValues: zip(tokens, 0...))
    try JSONEncoder().encode(ids).write(to: url.appending(path: "vocab.json"))
    try write("merges.txt", "#version: 0.2\nc a\nca t</w>\na t</w>\nd o\n")
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func tokenizer() throws -> Tokenizer { try Tokenizer(folder: path) }

  func write(_ name: String, _ content: String) throws {
    try Data(content.utf8).write(to: url.appending(path: name))
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: url.appending(path: name))
  }
}
