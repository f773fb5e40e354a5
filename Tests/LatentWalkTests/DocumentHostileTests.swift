import Foundation
import LatentWalk
import TestFolders
import Testing

/// Documents that were made to hang a program or to end it: each is read or refused, soon.
@Suite struct DocumentHostileTests {
  private func error(_ document: String) throws -> String {
    let error = #expect(throws: DocumentError.self) {
      try RecipeDraft(document: document, file: "walk.yaml")
    }
    let sentence = "\(try #require(error))"
    #expect(sentence.hasPrefix("walk.yaml") && sentence.count < 2000)
    return sentence
  }

  /// Lists of ten of the list before; the last has ten to the power of its depth.
  private func laughs(_ depth: Int) -> String {
    let first = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    return (1..<depth).reduce(first) { text, level in
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      return text + "a\(level): &a\(level) [\(aliases)]\n"
    }
  }

  @Test("a billion of aliases are refused before they are followed", .timeLimit(.minutes(1)))
  func billionLaughs() throws {
    let laughs = laughs(12)
    _ = try error(laughs)
    _ = try error(laughs + "key-frames: *a11\n")
    _ = try error(laughs + "? *a11\n: 3\n")
    _ = try error(laughs + "key-frames: [{? *a11 : 3}]\n")
    _ = try error(laughs + "key-frames: [{prompt: a, seed: {*a11 : 3, *a10 : 4}}]\n")
    _ = try error(laughs + "key-frames: [{prompt: a, easing: *a11}, {prompt: b, at: *a11}]\n")
    // Two of the one before, thirty times; in mappings, and as their keys.
    let doubled = (1..<30).reduce("? &b0 [x, x]\n: 0\n") {
      "\($0)? &b\($1) [*b\($1 - 1), *b\($1 - 1)]\n: 0\n"
    }
    _ = try error(doubled)
  }

  @Test("a walk may have many aliases of one value")
  func manyAliases() throws {
    let keyFrames = (0..<500).map { "- {prompt: a \($0), hold: *hold, easing: *way}\n" }.joined()
    let document = "key-frames:\n- {prompt: a, hold: &hold 1 s, easing: &way [0, 0, 1, 1]}\n" + keyFrames
    #expect(try RecipeDraft(document: document, file: "walk.yaml").keyFrames.count == 501)
    // In texts the characters have no meaning.
    let texts = (0..<300).map { "- \"a & b *c *d &e*\"\n- \" &x\($0) *x\($0)\"\n" }.joined()
    #expect(try RecipeDraft(document: "key-frames:\n" + texts, file: "walk.yaml").keyFrames.count == 600)
  }

  @Test("very deep documents are refused", .timeLimit(.minutes(1)), arguments: [100, 900, 1100, 100_000])
  func deep(depth: Int) throws {
    for (open, close) in [
      ("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[{a: ", "}]"), ("{", "}"), ("!a [", "]"),
    ] {
      let nest = String(repeating: open, count: depth)
      _ = try error("key-frames: " + nest + "x" + String(repeating: close, count: depth))
      _ = try error(nest)
      _ = try error("key-frames:\n" + nest + "x")
    }
    let indented = (0..<min(depth, 1000)).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    _ = try error(indented)
  }

  @Test("a document of a mebibyte is read in seconds, and a longer one is refused", .timeLimit(.minutes(1)))
  func huge() throws {
    let folder = try TemporaryFolder()
    let line = "- {prompt: \"a dog in the snow, at night\", at: 30, seed: [1, 2, 3], easing: [0, 0, 1, 1]}\n"
    let count = (1 << 20) / line.utf8.count - 1
    let fitting = "key-frames:\n" + String(repeating: line, count: count)
    #expect(try RecipeDraft(document: fitting, file: "walk.yaml").keyFrames.count == count)
    // Cut at the limit, it would be a walk with fewer key frames.
    let long = "key-frames:\n" + String(repeating: "- a dog\n", count: 1 << 18)
    for document in [
      long, String(repeating: "#", count: 1 << 24), "fps: 10\n" + String(repeating: "\n", count: 1 << 21),
    ] {
      #expect(try error(document).contains("1048576 bytes"))
      let file = try folder.write("walk.yaml", document)
      let refused = #expect(throws: DocumentError.self) { try ResultFile(path: file) }
      #expect("\(try #require(refused))".contains("1048576 bytes"))
    }
  }

  @Test("a mebibyte of any one thing is read or refused in seconds", .timeLimit(.minutes(1)))
  func monotonous() throws {
    for text in [
      "[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!a ", "\"", "'", "| ", "\t", "-\n", "?\n", "a\n", "- [\n",
      ",", "[],", "{},", "a: {\n", "%a\n", "--- \n",
    ] {
      let document = String(repeating: text, count: (1 << 20) / text.utf8.count)
      for begin in ["", "key-frames: ", "key-frames: [", "key-frames:\n- prompt: \""]
      where (begin + document).utf8.count <= 1 << 20 || begin.isEmpty {
        _ = try? RecipeDraft(document: begin + document.prefix((1 << 20) - 40), file: "walk.yaml")
      }
    }
  }

  @Test("twenty thousand damaged documents are read or refused, and what is read makes a recipe or an error")
  func fuzz() throws {
    var generator = SplitMix(seed: 3)
    var (read, refused, recipes) = (0, 0, 0)
    let bases = [Array(DocumentTests.whole.utf8), Array(Self.json.utf8), Array(Self.timeLine.utf8)]
    for round in 0..<20_000 {
      let document = Self.damaged(bases[round % bases.count], &generator)
      do {
        let draft = try RecipeDraft(document: document, file: "walk.yaml")
        read += 1
        if (try? TinyModel.recipe(Self.withoutFiles(draft))) != nil { recipes += 1 }
        // What was read can be written and read again.
        let yaml = try draft.yaml
        #expect(try RecipeDraft(document: yaml, file: "walk.yaml") == draft, "round \(round): \(document)")
      } catch let error as DocumentError {
        #expect("\(error)".hasPrefix("walk.yaml"), "round \(round)")
        refused += 1
      }
    }
    #expect(
      read > 1000 && refused > 1000 && recipes > 100, "\(read) read, \(refused) refused, \(recipes) recipes")
  }

  /// The same walk with a model that is there.
  private static func withoutFiles(_ draft: RecipeDraft) -> RecipeDraft {
    var draft = draft
    (draft.model, draft.loras, draft.textualInversions) = (FileRequest("two-stages"), [], [])
    (draft.vae, draft.tinyVAE, draft.noise, draft.picture, draft.paceBy) = (nil, nil, nil, nil, nil)
    for index in draft.keyFrames.indices {
      draft.keyFrames[index].prompt = draft.keyFrames[index].prompt ?? "a hat"
      (draft.keyFrames[index].embedding, draft.keyFrames[index].picture) = (nil, nil)
      draft.keyFrames[index].noise = nil
    }
    return draft
  }

  private static let json = """
    {"walk": "interpolate", "fps": 12.5, "loop": true, "key-frames": ["a \\"dog\\"", {"prompt": "\\ud83d\\udc08 cat",
    "at": "2 s", "seed": {"7": 0.5, "8": 1}, "easing": [0, 0.1, 0.2, 1]}, {"prompt": "owl", "after": 3, "hold": 2}]}
    """

  private static let timeLine = """
    model: two-stages
    frames: 40
    key-frames:
      - a dog
      - {prompt: a cat, at: 5, hold: 2}
      - &owl {prompt: an owl, after: 1 s, easing: smooth}
      - |
        a hat
      - prompt: a bird
        seed: [1, 2]
    """

  /// Pieces that mean something to YAML or to a walk.
  private static let pieces = [
    "{", "}", "[", "]", "&a ", "*a", ": ", "\n", "\t", "- ", "? ", "!!", "|\n", ">\n", "\"", "'", "#", ",",
    "%",
    "---\n", "...\n", "<<: ", "\\", "\\u", "\\ud83d", "~", "null", "1e999", "-1", "0",
    "99999999999999999999999",
    ".nan", "at", "after: ", "hold: ", "seed: ", "frames: ", "prompt: ", "key-frames:", "s", "  ", "\u{FEFF}",
    "\0",
    "1e22 s", "picture: ", "walk: grid\n", "walk: denoise\n", "walk: drift\n", "loop: true\n",
  ].map { Array($0.utf8) }

  private static func damaged(_ base: [UInt8], _ generator: inout SplitMix) -> String {
    var bytes = base
    for _ in 0..<(Bool.random(using: &generator) ? 1 : Int.random(in: 1...4, using: &generator)) {
      let place = Int.random(in: 0..<max(1, bytes.count), using: &generator)
      let end = min(bytes.count, place + Int.random(in: 1...20, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes.removeSubrange(min(place, end)..<end)
      case 1:
        bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: min(place, bytes.count))
      case 2:
        bytes.replaceSubrange(min(place, end)..<end, with: pieces.randomElement(using: &generator) ?? [])
      case 3:
        if !bytes.isEmpty {
          bytes[place] = UInt8.random(
            in: Bool.random(using: &generator) ? 32...126 : 0...255, using: &generator)
        }
      case 4:
        bytes.insert(
          contentsOf: bytes[min(place, end)..<end], at: Int.random(in: 0...bytes.count, using: &generator))
      default:
        // A whole line elsewhere.
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        let line = Array(lines.randomElement(using: &generator) ?? []) + [10]
        bytes.insert(contentsOf: line, at: min(place, bytes.count))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
