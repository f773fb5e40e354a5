import Foundation

/// An example in a comment or document.
struct Example {
  let file: String
  /// Of its first line, from 1.
  let line: Int
  let code: String

  /// A function that the compiler can check, under the example's own file and line.
  func function(_ number: Int) -> String {
    let effects = code.contains("await ") ? "async throws" : "throws"
    return """
      func example\(number)() \(effects) {
      #sourceLocation(file: "\(file)", line: \(line))
      \(code)
      #sourceLocation()
      }
      """
  }
}

enum Examples {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Those in the doc comments of the library: blocks that are indented by four, unless they are formulas.
  static func inComments() throws -> [Example] {
    try files(in: "Sources", ending: ".swift").filter { !$0.contains("latentwalk-cli") }.flatMap { file in
      let comments = try lines(of: file).map { line in
        line.trimmingPrefix { $0 == " " }.hasPrefix("///")
          ? String(line.trimmingPrefix { $0 == " " }.dropFirst(3)) : nil
      }
      return blocks(in: comments, of: file).filter { isCode($0.code) }
    }
  }

  /// Those in Markdown: fenced as Swift. Imports are left out.
  static func inDocuments() throws -> [Example] {
    let documents =
      ["README.md"] + files(in: "docs", ending: ".md") + files(in: "Sources", ending: ".md")
    return try documents.flatMap { file in
      var (examples, begin, isInside): ([Example], Int, Bool) = ([], 0, false)
      let lines = try lines(of: file)
      for (number, line) in lines.enumerated() where line.hasPrefix("```") {
        if isInside {
          let code = lines[begin..<number].filter { !$0.hasPrefix("import ") && !$0.hasPrefix("//") }
          examples.append(Example(file: file, line: begin + 1, code: code.joined(separator: "\n")))
          isInside = false
        } else if line == "```swift" {
          (begin, isInside) = (number + 1, true)
        }
      }
      return examples
    }
  }

  /// Runs of comment lines that are indented by four more than the text; nil for lines without a comment.
  private static func blocks(in comments: [String?], of file: String) -> [Example] {
    var (examples, block): ([Example], [String]) = ([], [])
    for (number, comment) in (comments + [nil]).enumerated() {
      if let comment, comment.hasPrefix("     ") {
        block.append(String(comment.dropFirst(5)))
      } else if comment == "", !block.isEmpty {
        block.append("")
      } else if !block.isEmpty {
        examples.append(
          Example(file: file, line: number - block.count + 1, code: block.joined(separator: "\n")))
        block = []
      }
    }
    return examples
  }

  /// Whether a block is Swift: some line begins a statement that no formula or table begins with.
  private static func isCode(_ block: String) -> Bool {
    let beginnings = ["let ", "var ", "for ", "try ", "while ", "print(", "if "]
    return block.split(separator: "\n").contains { line in beginnings.contains(where: line.hasPrefix) }
  }

  private static func lines(of file: String) throws -> [String] {
    try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8).components(separatedBy: "\n")
  }

  private static func files(in folder: String, ending: String) -> [String] {
    let names =
      FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
  }
}
