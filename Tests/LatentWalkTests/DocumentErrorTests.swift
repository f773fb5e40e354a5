import Foundation
import LatentWalk
import TestFolders
import Testing

/// What is wrong with a document is said with its file, line and key, and what would be accepted.
@Suite struct DocumentErrorTests {
  /// A document, what stands before the problem in the sentence, and parts of what follows.
  struct Problem: Sendable, CustomTestStringConvertible {
    let document: String
    let line: Int
    let parts: [String]
    var testDescription: String { document.replacingOccurrences(of: "\n", with: "⏎") }

    init(_ document: String, line: Int, _ parts: String...) {
      (self.document, self.line, self.parts) = (document, line, parts)
    }
  }

  private static let unknownKeys = [
    Problem("key-frames: [a]\nfsp: 10", line: 2, "no key \"fsp\";", "choose \"fps\", or one of walk, model,"),
    Problem("fps: 10\nkeyframes: [a]", line: 2, "\"keyframes\"", "choose \"key-frames\""),
    Problem(
      "key-frames:\n- a\n- promt: b", line: 3, "no key \"promt\" in key-frames[1]", "choose \"prompt\", or"),
    Problem("key-frames: [{prompt: a, gidance: 3}]", line: 1, "in key-frames[0]", "\"guidance\""),
    Problem("quite-another-thing: 3", line: 1, "\"quite-another-thing\"; choose walk, model"),
    Problem("Seed:\n\n  - 3", line: 1, "\"Seed\"", "choose \"seed\""),
    Problem("<<: {fps: 3}", line: 1, "\"<<\""),
    Problem("? [a, b]\n: 3", line: 1, "no key \"\""),
  ]

  private static let values = [
    Problem("walk: interpolat", line: 1, "walk is \"interpolat\"", "choose interpolate, walk, circle"),
    Problem("key-frames: [a]\nfps: fast", line: 2, "fps is \"fast\"", "0.01 to 1000"),
    Problem("fps: 0", line: 1, "fps is \"0\"", "0.01 to 1000"),
    Problem("fps: .nan", line: 1, "fps is \".nan\""),
    Problem("fps: [1]", line: 1, "fps is a list"), Problem("fps: {1: 2}", line: 1, "fps is a mapping"),
    Problem("fps:", line: 1, "fps is \"\""), Problem("frames: 0", line: 1, "1 to 100000"),
    Problem("frames: 10.5", line: 1, "frames is \"10.5\"", "1 to 100000"),
    Problem("frames: 99999999999999999999", line: 1, "frames is"),
    Problem("width: -8", line: 1, "1 to 16384"),
    Problem("steps: 1001", line: 1, "1 to 1000"), Problem("clip-skip: 0", line: 1, "1 to 100"),
    Problem("seed: -1", line: 1, "seed is \"-1\"", "a whole number from 0"),
    Problem("seed: [1, 2]", line: 1, "seed is a list", "a whole number from 0"),
    Problem("strength: 1.1", line: 1, "0.0 to 1.0"), Problem("blend: 1", line: 1, "0.0 to 0.99"),
    Problem("even: 3", line: 1, "0 to 2"), Problem("loop: maybe", line: 1, "true or false"),
    Problem("guidance: strong", line: 1, "a number"), Problem("sampler: dim", line: 1, "ddim"),
    Problem("schedule: keras2", line: 1, "karras"), Problem("rng: dice", line: 1, "pytorch"),
    Problem("bridge: bridge", line: 1, "attention, crossFade"),
    Problem("space: time", line: 1, "noise, embedding"),
    Problem("interpolation: round", line: 1, "linear, spherical"),
    Problem("model: ''", line: 1, "the path of a file"),
    Problem("noise: [a]", line: 1, "noise is a list", "the path of a file"),
    Problem("lora: [a, {b: c}]", line: 1, "a file and its weight"),
    Problem("negative-prompt: [a]", line: 1, "negative-prompt is a list", "a text"),
    Problem("radius: 1.5", line: 1, "0.0 to 1.0"), Problem("harmonics: 0", line: 1, "1 to 100"),
    Problem("columns: 101", line: 1, "1 to 100"), Problem("turn: 0", line: 1, "1 to 100000"),
    Problem("angle: 1.6", line: 1, "0.0 to 1.57"), Problem("spread: -1", line: 1, "0.0 to 100.0"),
    Problem("key-frames:\n- a\n- [b]", line: 3, "key-frames[1] is a list", "a text"),
    Problem(
      "key-frames:\n- a\n- prompt: b\n  easing: bouncy", line: 4, "key-frames[1].easing",
      "linear, smooth, in, out"),
    Problem("key-frames:\n- {prompt: b, easing: [0, 0, 1]}", line: 2, "easing is a list", "[x1, y1, x2, y2]"),
    Problem("key-frames:\n- {prompt: b, easing: [0, 0, 1, 2]}", line: 2, "0 to 1"),
    Problem("key-frames:\n- {prompt: b, hold: -3}", line: 2, "key-frames[0].hold is \"-3\"", "2.5 s"),
    Problem(
      "key-frames:\n- {prompt: b, at: 1,\n  after: 2}", line: 3, "key-frames[0].after",
      "either 'at' or 'after'"),
    Problem("key-frames:\n- {prompt: b, seed: {7: 0}}", line: 2, "key-frames[0].seed", "{7: 0.8, 8: 0.2}"),
    Problem("key-frames:\n- {prompt: b, steps: 0}", line: 2, "key-frames[0].steps", "1 to 1000"),
  ]

  private static let wholes = [
    Problem("fps: 10", line: 1, "key-frames is missing", "a list of prompts"),
    Problem("# only\nkey-frames: []", line: 2, "key-frames is missing", "a list of prompts"),
    Problem(
      "key-frames:\n- a\n- {seed: 3}", line: 3, "key-frames[1].prompt is missing", "an embedding or a picture"
    ),
    Problem("key-frames:\n- picture: a.png", line: 2, "key-frames[0].prompt is missing", "a caption", "fog"),
    Problem("a dog", line: 1, "the document is \"a dog\"", "keys and values: walk, model"),
    Problem("- a dog\n- a cat", line: 1, "the document is a list", "keys and values"),
    Problem("fps: 10\nkey-frames: [a]\nfps: 12", line: 1, "fps is there twice"),
    Problem("key-frames:\n- prompt: a\n  seed: 1\n\n  seed: 2", line: 3, "seed is there twice"),
    Problem("key-frames:\n- prompt: a\n  seed: {7: 1,\n    7: 2}", line: 3, "7 is there twice"),
  ]

  private static let syntax = [
    Problem("fps: 10\nkey-frames: [a", line: 3, "no YAML"),
    Problem("fps: 10\n\tframes: 3", line: 2, "no YAML"),
    Problem("key-frames:\n- a dog: and: a cat", line: 2, "no YAML"),
    Problem("a: 1\nb: \"open", line: 2, "no YAML"), Problem("fps: 1\n- a", line: 2, "no YAML"),
    Problem("fps: 1\nfps 2\nframes: 3", line: 3, "no YAML"), Problem("@fps: 1", line: 1, "no YAML"),
    Problem("fps: *unknown", line: 1, "no YAML", "alias"),
    Problem("key-frames: [a]\n---\nkey-frames: [b]", line: 2, "no YAML", "another document"),
    Problem("fps: 1\nmodel: a\u{7}b", line: 2, "no YAML"),
    Problem("{\"key-frames\": [\"a\",]\n \"fps\" 3}", line: 2, "no YAML"),
  ]

  @Test(
    "each problem is said with the file, the line, the key and what is accepted",
    arguments: unknownKeys + values + wholes + syntax)
  func problems(problem: Problem) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("walk.yaml", problem.document)
    let error = #expect(throws: DocumentError.self) {
      try RecipeDraft(document: problem.document, file: "walk.yaml")
    }
    let sentence = "\(try #require(error))"
    #expect(sentence.hasPrefix("walk.yaml, line \(problem.line): "), "\(sentence)")
    #expect(sentence.hasSuffix(".") && !sentence.contains("\n"), "\(sentence)")
    for part in problem.parts { #expect(sentence.contains(part), "\(sentence)") }
    let again = #expect(throws: DocumentError.self) { try ResultFile(path: file) }
    #expect("\(try #require(again))" == sentence.replacingOccurrences(of: "walk.yaml", with: file))
  }

  @Test(
    "an empty document is said to be empty", arguments: ["", "\n", "# a comment\n", "\u{FEFF}", "  \n\n"])
  func empty(document: String) throws {
    let expected = DocumentError.empty(file: "walk.yaml")
    #expect(throws: expected) { try RecipeDraft(document: document, file: "walk.yaml") }
    #expect(
      expected.description.contains("walk.yaml is empty") && expected.description.contains("key-frames: ["))
  }

  @Test("values that do not make a walk together are refused with the document's file")
  func unusable() throws {
    let folder = try TemporaryFolder()
    for (document, parts) in [
      ("walk: circle\nkey-frames: [a, b]", ["walk.keyFrames", "one"]),
      ("key-frames: [a]", ["walk.keyFrames", "two or more"]),
      ("key-frames: [a, {prompt: b, at: 5}, {prompt: c, at: 3}]", ["keyFrames[2]", "at frame 3"]),
      ("key-frames: [a, {prompt: b, seed: [7, 7]}]", ["seeds[1].seed", "7"]),
      ("rng: numpy\nseed: 4294967296\nkey-frames: [a, b]", ["4294967295"]),
      ("walk: grid\nkey-frames: [a, b, c, d, e]", ["two to four"]),
      ("sampler: lcm\nschedule: karras\nkey-frames: [a, b]", ["schedule", "karras"]),
      ("walk: denoise\nsampler: lcm\nschedule: karras\nkey-frames: a", ["schedule", "karras"]),
    ] {
      let file = try folder.write("walk.yaml", "model: two-stages\n" + document)
      let error = #expect(throws: DocumentError.self, "\(document)") {
        try ResultFile(path: file).recipe(with: TinyModel.models)
      }
      let sentence = error.map { "\($0)" } ?? ""
      #expect(sentence.hasPrefix("\(file): ") && sentence.hasSuffix("."), "\(sentence)")
      for part in parts { #expect(sentence.contains(part), "\(sentence)") }
    }
  }

  @Test("a document in another encoding is refused with what to do")
  func encoding() throws {
    let folder = try TemporaryFolder()
    try folder.write("walk.yaml", Data("key-frames: [K".utf8) + [0xE4] + Data("tzchen]".utf8))
    let error = #expect(throws: DocumentError.self) { try ResultFile(path: folder.file("walk.yaml")) }
    #expect("\(try #require(error))".contains("walk.yaml") && "\(error!)".contains("UTF-8"))
  }

  @Test("a long value is not repeated whole")
  func longValues() throws {
    let long = String(repeating: "x", count: 5000)
    for document in ["fps: \(long)", "? \(long)\n: 3", "key-frames: [{prompt: a, easing: \(long)}]"] {
      let error = #expect(throws: DocumentError.self) { try RecipeDraft(document: document, file: "w.yaml") }
      #expect(("\(try #require(error))").count < 1200)
    }
  }
}
