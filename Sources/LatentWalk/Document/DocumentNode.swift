internal import Yams

/// A place in a walk's document: a value, its key, and the line where it stands.
struct DocumentNode {
  let node: Node
  /// Such as `key-frames[1].seed`; empty for the whole document.
  let key: String
  /// The document's file, for errors and for paths that are relative to it.
  let file: String

  /// - Throws: `DocumentError` if the text is no YAML, empty or too large.
  init(yaml: String, file: String) throws {
    do {
      let text = try DocumentText(yaml, file: file)
      guard let node = try Yams.compose(yaml: text.yaml) else { throw DocumentError.empty(file: file) }
      (self.node, key, self.file) = (node, "", file)
    } catch let error as YamlError {
      throw DocumentError(error, file: file)
    }
  }

  private init(_ node: Node, _ key: String, _ file: String) {
    (self.node, self.key, self.file) = (node, key, file)
  }

  /// The entries of a mapping.
  /// - Throws: `DocumentError` if it is none, or has a key that is not accepted.
  func entries(accepting keys: [String]) throws -> [(key: String, value: DocumentNode)] {
    guard let mapping = node.mapping else {
      throw invalid("keys and values: \(keys.joined(separator: ", "))")
    }
    return try mapping.map { name, value in
      let here = DocumentNode(name, key, file)
      let name = here.text
      guard keys.contains(name) else {
        throw DocumentError.unknownKey(
          file: file, line: here.line, key: shortened(name), inside: key, accepted: keys)
      }
      return (name, DocumentNode(value, key.isEmpty ? name : "\(key).\(name)", file))
    }
  }

  /// The elements of a list; a single value is a list of one.
  var elements: [DocumentNode] {
    guard let sequence = node.sequence else { return [self] }
    return sequence.enumerated().map { DocumentNode($1, "\(key)[\($0)]", file) }
  }

  var isMapping: Bool { node.mapping != nil }
  var isList: Bool { node.sequence != nil }
  /// The text of a single value; empty for lists and mappings.
  var text: String { node.scalar?.string ?? "" }
  /// Whether the text is in quotes, and so no number.
  var isQuoted: Bool { node.scalar.map { $0.style == .singleQuoted || $0.style == .doubleQuoted } ?? false }
  var line: Int { node.mark?.line ?? 1 }

  func invalid(_ accepted: String) -> DocumentError {
    let found = isMapping ? "a mapping" : isList ? "a list" : "\"\(shortened(text))\""
    return .invalid(file: file, line: line, key: key, found: found, accepted: accepted)
  }
}

/// What can be wrong with a walk's document.
public enum DocumentError: Error, Equatable, CustomStringConvertible {
  case empty(file: String)
  case tooLong(file: String, limit: Int)
  case tooManyAliases(file: String)
  case notText(file: String)
  case syntax(file: String, line: Int, problem: String)
  case unknownKey(file: String, line: Int, key: String, inside: String, accepted: [String])
  case twice(file: String, line: Int, key: String)
  case missing(file: String, line: Int, key: String, accepted: String)
  case invalid(file: String, line: Int, key: String, found: String, accepted: String)
  /// The values are each accepted, and do not make a recipe together.
  case unusable(file: String, sentence: String)

  init(_ error: YamlError, file: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self = .syntax(file: file, line: mark.line, problem: problem)
    case .duplicatedKeysInMapping(let keys, let context):
      self = .twice(file: file, line: context.mark.line, key: shortened(keys[0]))
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      self = .syntax(file: file, line: 1 + before.count(where: \.isNewline), problem: problem)
    case .memory: self = .syntax(file: file, line: 1, problem: "it is nested too deeply")
    default: self = .syntax(file: file, line: 1, problem: "\(error)")
    }
  }

  public var description: String {
    switch self {
    case .empty(let file):
      "\(file) is empty; a walk needs key frames, such as 'key-frames: [a dog, a cat]'."
    case .tooLong(let file, let limit):
      "\(file) is longer than \(limit) bytes, the most that a walk may have."
    case .tooManyAliases(let file):
      "\(file) has so many aliases (*name) of aliases that they would make a million values; write the values themselves."
    case .notText(let file):
      "\(file) is no text in UTF-8; save it in this encoding."
    case .twice(let file, let line, let key):
      "\(file), line \(line): \(key) is there twice in one mapping; give it once."
    case .syntax(let file, let line, let problem):
      "\(file), line \(line): this is no YAML (\(problem)). Indent with spaces, and put texts with ': ' or '#' in quotes."
    case .unknownKey(let file, let line, let key, let inside, let accepted):
      "\(file), line \(line): there is no key \"\(key)\"\(inside.isEmpty ? "" : " in \(inside)"); "
        + "choose \(nearest(key, accepted).map { "\"\($0)\", or one of " } ?? "")\(accepted.joined(separator: ", "))."
    case .missing(let file, let line, let key, let accepted):
      "\(file), line \(line): \(key) is missing; give \(accepted)."
    case .invalid(let file, let line, let key, let found, let accepted):
      "\(file), line \(line): \(key.isEmpty ? "the document" : key) is \(found); choose \(accepted)."
    case .unusable(let file, let sentence): "\(file): \(sentence)"
    }
  }
}

/// The beginning of a text, on one line.
private func shortened(_ text: String) -> String {
  let line = String(text.prefix(60).map { $0.isNewline ? " " : $0 })
  return text.count > 60 ? line + "..." : line
}

/// The accepted key that somebody may have meant: the one with the fewest edits, if they are few.
private func nearest(_ key: String, _ accepted: [String]) -> String? {
  func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var (diagonal, left) = (row[0], i + 1)
      row[0] = left
      for (j, y) in b.enumerated() {
        left = min(diagonal + (x == y ? 0 : 1), row[j + 1] + 1, left + 1)
        (diagonal, row[j + 1]) = (row[j + 1], left)
      }
    }
    return row[b.count]
  }
  let letters = Array(key.lowercased())
  guard letters.count <= 60 else { return nil }
  let best = accepted.map { other in
    // Letters in another order are one mistake.
    (other, letters.sorted() == other.sorted() ? 1 : distance(letters, Array(other)))
  }.min { $0.1 < $1.1 }
  return best.flatMap { $0.1 <= max(1, letters.count / 3) ? $0.0 : nil }
}
