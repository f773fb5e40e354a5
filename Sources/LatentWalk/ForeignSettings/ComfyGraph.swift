import Foundation

/// A graph of ComfyUI, as it writes it into a picture:
///
///     {"3": {"class_type": "KSampler", "inputs": {"model": ["4", 0], "steps": 20}}}
///
/// An input is a value or a link: another node and the number of one of its outputs.
struct ComfyGraph {
  struct Node: Decodable {
    var id = ""
    let kind: String
    let inputs: [String: Input]

    private enum CodingKeys: String, CodingKey {
      case kind = "class_type"
      case inputs
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      kind = try container.decode(String.self, forKey: .kind)
      inputs = try container.decodeIfPresent([String: Input].self, forKey: .inputs) ?? [:]
    }

    /// To stand inside a sentence.
    var name: String { "node \(shortened(id)) (\(shortened(kind)))" }
  }

  enum Input: Decodable, Equatable {
    case link(String, output: Int)
    case text(String)
    case integer(UInt64)
    case number(Double)
    case other

    init(from decoder: any Decoder) throws {
      if var list = try? decoder.unkeyedContainer() {
        let id = (try? list.decode(String.self)) ?? (try? list.decode(Int.self)).map(String.init)
        let output = try? list.decode(Int.self)
        if let id, let output, list.isAtEnd { self = .link(id, output: output) } else { self = .other }
        return
      }
      let value = try? decoder.singleValueContainer()
      if (try? value?.decode(Bool.self)) != nil {
        self = .other
      } else if let number = try? value?.decode(UInt64.self) {
        self = .integer(number)
      } else if let number = try? value?.decode(Double.self) {
        self = .number(number)
      } else if let text = try? value?.decode(String.self) {
        self = .text(text)
      } else {
        self = .other
      }
    }
  }

  let nodes: [String: Node]

  /// - Throws: `ForeignSettingsError` if the text is no graph.
  init(_ json: String) throws(ForeignSettingsError) {
    /// What is no node, such as a version number, is passed over.
    struct Entry: Decodable {
      let node: Node?
      init(from decoder: any Decoder) throws { node = try? Node(from: decoder) }
    }
    let entries: [String: Entry]
    do {
      entries = try JSONDecoder().decode([String: Entry].self, from: Data(Self.withoutNaN(json).utf8))
    } catch {
      throw .comfyUI("the text is not a graph in JSON")
    }
    nodes = entries.compactMapValues(\.node).reduce(into: [:]) { nodes, entry in
      nodes[entry.key] = entry.value
      nodes[entry.key]?.id = entry.key
    }
  }

  /// Nodes in the order of their numbers.
  var ordered: [Node] {
    nodes.values.sorted { (Int($0.id) ?? .max, $0.id) < (Int($1.id) ?? .max, $1.id) }
  }

  /// The node to which an input leads, nil if the input holds a value or is missing.
  /// - Throws: `ForeignSettingsError` if there is no such node.
  func target(of node: Node, _ input: String) throws(ForeignSettingsError) -> Node? {
    guard case .link(let id, _) = node.inputs[input] else { return nil }
    guard let target = nodes[id] else {
      throw .comfyUI(
        "the input \(shortened(input)) of \(node.name) leads to the node \(shortened(id)), which is not there"
      )
    }
    return target
  }

  /// All nodes on which some depend, and those themselves.
  func ancestors(of ids: [String]) -> Set<String> {
    var (found, open) = (Set<String>(), ids)
    while let id = open.popLast() {
      guard let node = nodes[id], found.insert(id).inserted else { continue }
      for case .link(let next, _) in node.inputs.values { open.append(next) }
    }
    return found
  }

  /// The value of an input, followed through nodes that only hold a value; nil if it is unknown without running the
  /// graph.
  func value(of node: Node, _ input: String) throws(ForeignSettingsError) -> Input? {
    var (node, input) = (node, input)
    var seen: Set<String> = []
    while let next = try target(of: node, input) {
      guard seen.insert(next.id).inserted else { throw .cycle(next) }
      guard let holder = Self.valueInputs.first(where: { next.inputs[$0] != nil }) else { return nil }
      (node, input) = (next, holder)
    }
    return node.inputs[input]
  }

  /// What primitive nodes call their value.
  private static let valueInputs = ["value", "string", "text", "seed", "int", "float", "number"]

  /// Python writes NaN and Infinity, which JSON does not know.
  private static func withoutNaN(_ json: String) -> String {
    guard json.contains("NaN") || json.contains("Infinity") else { return json }
    var result: [UInt8] = []
    var (isText, isEscaped) = (false, false)
    var bytes = Array(json.utf8)[...]
    while let byte = bytes.first {
      if !isText, "NI-".utf8.contains(byte),
        let word = ["NaN", "-Infinity", "Infinity"].first(where: { bytes.starts(with: $0.utf8) })
      {
        result += Array("null".utf8)
        bytes = bytes.dropFirst(word.utf8.count)
        continue
      }
      if byte == UInt8(ascii: "\""), !isEscaped { isText.toggle() }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      result.append(byte)
      bytes = bytes.dropFirst()
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension ForeignSettingsError {
  static func comfyUI(_ reason: String) -> ForeignSettingsError {
    .unreadable(program: "ComfyUI", reason: reason)
  }

  static func cycle(_ node: ComfyGraph.Node) -> ForeignSettingsError {
    .comfyUI("the \(node.name) leads back to itself")
  }
}
