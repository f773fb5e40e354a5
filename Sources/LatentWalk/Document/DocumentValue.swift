import Foundation
import Walks
internal import Yams

/// A value of a document: how it is read, and how it is written.
protocol DocumentValue {
  /// What is accepted, for errors.
  static var accepted: String { get }
  /// - Returns: nil if the value is not accepted.
  init?(_ node: DocumentNode)
  var node: Node { get }
}

extension DocumentValue {
  static func read(_ node: DocumentNode) throws -> Self {
    guard let value = Self(node) else { throw node.invalid(accepted) }
    return value
  }
}

extension String: DocumentValue {
  static let accepted = "a text"

  init?(_ node: DocumentNode) {
    guard !node.isMapping, !node.isList else { return nil }
    self = node.text
  }

  /// In quotes where YAML would take it for something else.
  var node: Node {
    let isPlain = range(of: "^[\\p{L}][^#:\\[\\]{},&*!|>'\"%@`\\\\\\n]*$", options: .regularExpression) != nil
    let isWord = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(lowercased())
    let style: Node.Scalar.Style = isPlain && !isWord && last != " " ? .plain : .doubleQuoted
    return Node(self, Tag(.str), style)
  }
}

extension Int: DocumentValue {
  static let accepted = "a whole number"
  init?(_ node: DocumentNode) { self.init(node.text) }
  var node: Node { Node("\(self)", Tag(.int)) }
}

extension UInt64: DocumentValue {
  static let accepted = "a whole number from 0"
  init?(_ node: DocumentNode) { self.init(node.text) }
  var node: Node { Node("\(self)", Tag(.int)) }
}

extension Double: DocumentValue {
  static let accepted = "a number"

  init?(_ node: DocumentNode) {
    guard let number = Double(node.text), number.isFinite else { return nil }
    self = number
  }

  /// Whole numbers without a fraction, as people write them.
  var node: Node {
    Node(self == rounded() && magnitude < 1e15 ? "\(Int(self))" : "\(self)", Tag(.float))
  }
}

extension Bool: DocumentValue {
  static let accepted = "true or false"

  init?(_ node: DocumentNode) {
    switch node.text.lowercased() {
    case "true", "yes", "on": self = true
    case "false", "no", "off": self = false
    default: return nil
    }
  }

  var node: Node { Node(self ? "true" : "false", Tag(.bool)) }
}

/// The names of an enumeration.
extension DocumentValue where Self: RawRepresentable<String> & CaseIterable {
  static var accepted: String { allCases.map(\.rawValue).joined(separator: ", ") }
  init?(_ node: DocumentNode) { self.init(rawValue: node.text) }
  var node: Node { Node(rawValue) }
}

extension Optional: DocumentValue where Wrapped: DocumentValue {
  static var accepted: String { Wrapped.accepted }

  init?(_ node: DocumentNode) {
    guard let value = Wrapped(node) else { return nil }
    self = value
  }

  var node: Node { self?.node ?? Node("null") }
}

extension Array: DocumentValue where Element: DocumentValue {
  static var accepted: String { "\(Element.accepted), or a list of such" }

  init?(_ node: DocumentNode) {
    var values: [Element] = []
    for element in node.elements {
      guard let value = Element(element) else { return nil }
      values.append(value)
    }
    self = values
  }

  var node: Node { count == 1 ? self[0].node : Node(map(\.node), Tag(.seq), .flow) }
}

/// A file by its path.
extension FileRequest: DocumentValue {
  static let accepted = "the path of a file"

  init?(_ node: DocumentNode) {
    guard !node.text.isEmpty, !node.isMapping, !node.isList else { return nil }
    self.init(node.text, beside: node.file)
  }

  /// A relative path is looked up in the folder of another file first.
  init(_ path: String, beside file: String) {
    let folder = (file as NSString).deletingLastPathComponent
    let place = (folder as NSString).appendingPathComponent(path)
    let isBeside = !path.hasPrefix("/") && FileManager.default.fileExists(atPath: place)
    self.init(isBeside ? place : path)
  }

  var node: Node { path.node }
}

/// `12 frames` or `12`, `2.5 s`, `2.5 seconds`.
extension RecipeDraft.Length: DocumentValue {
  static let accepted = "a number of frames such as 30, or of seconds such as 2.5 s"

  init?(_ node: DocumentNode) {
    let units = ["frames", "frame", "seconds", "second", "sec", "s"]
    let unit = units.first { node.text.hasSuffix($0) } ?? ""
    let digits = node.text.dropLast(unit.count).trimmingCharacters(in: .whitespaces)
    guard let number = Double(digits), number.isFinite, number >= 0 else { return nil }
    self = unit.hasPrefix("s") ? .seconds(number) : .frames(number)
  }

  var node: Node {
    switch self {
    case .frames(let frames): frames.node
    case .seconds(let seconds): Node("\(seconds.node.string ?? "") s")
    }
  }
}

extension Easing: DocumentValue {
  static let accepted =
    named.map(\.name).joined(separator: ", ") + ", or four numbers of 0 to 1: [x1, y1, x2, y2]"

  init?(_ node: DocumentNode) {
    if let named = Self.named.first(where: { $0.name == node.text }) {
      self = named.easing
    } else {
      guard node.isList, let controls = [Double](node), let easing = Easing(controls: controls) else {
        return nil
      }
      self = easing
    }
  }

  var node: Node {
    Self.named.first { $0.easing == self }.map { Node($0.name) } ?? (controls ?? []).node
  }
}
