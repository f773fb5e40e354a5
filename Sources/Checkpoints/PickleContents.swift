/// The tensors in a pickle by their names, and the short values beside them.
///
/// A tensor's name are the keys that lead to it, joined by dots. `state_dict`, which programs for training write around
/// a model, and the inner dictionaries of torch's own collections are left out of it.
struct PickleContents {
  private(set) var tensors: [String: PickledTensor] = [:]
  /// Texts and numbers by the same kind of name: `epoch`, `global_step`, the name of an embedding.
  private(set) var notes: [String: String] = [:]
  private let pickle: Pickle

  private static let transparentKeys: Set = ["state_dict", "_parameters", "_buffers", "_modules"]
  private static let deepest = 32
  private static let longestName = 1024
  private static let mostNames = 200_000

  init(_ pickle: Pickle) { self.pickle = pickle }

  /// Visits all of the pickle; a model's own dictionary first, so that its names have precedence.
  /// - Returns: false if the pickle holds more than any model does.
  mutating func collect() -> Bool {
    var rest = [(value: pickle.root, name: "", depth: 0)]
    var seen: Set<Int> = []
    while let (value, name, depth) = rest.popLast() {
      guard name.utf8.count <= Self.longestName, tensors.count + rest.count <= Self.mostNames else {
        return false
      }
      switch value {
      case .object(let index):
        let object = pickle.objects[index]
        if case .tensor(let tensor) = object.kind {
          let name = name.isEmpty ? "tensor" : name
          if tensors[name] == nil { tensors[name] = tensor }
        } else if depth < Self.deepest, seen.insert(index).inserted {
          guard object.items.count <= Self.mostNames else { return false }
          rest += inner(object, name).reversed().map { ($0.value, $0.name, depth + 1) }
        }
      default:
        if let note = Self.note(value), notes.count < 1000 { notes[name] = note }
      }
    }
    return true
  }

  /// The values in an object with their names.
  private func inner(_ object: PickleObject, _ name: String) -> [(value: PickleValue, name: String)] {
    switch object.kind {
    case .dictionary:
      let pairs = stride(from: 0, to: object.items.count - 1, by: 2).map { index in
        (key: object.items[index], value: object.items[index + 1])
      }
      let named = pairs.compactMap { key, value -> (value: PickleValue, name: String)? in
        switch key {
        case .text(let key): (value, Self.joined(name, key))
        case .integer(let key): (value, Self.joined(name, "\(key)"))
        default: nil
        }
      }
      return named.filter { $0.name == name } + named.filter { $0.name != name }
    case .list, .tuple:
      return object.items.enumerated().filter { pickle[$0.element] != nil }
        .map { ($0.element, Self.joined(name, "\($0.offset)")) }
    case .instance:
      // An instance's state, or the states of its dictionary and of its slots.
      return object.items.flatMap { state in
        pickle[state]?.kind == .tuple ? (pickle[state]?.items ?? []).map { ($0, name) } : [(state, name)]
      }
    case .set, .global, .storage, .tensor: return []
    }
  }

  private static func joined(_ name: String, _ key: String) -> String {
    transparentKeys.contains(key) ? name : name.isEmpty ? key : name + "." + key
  }

  private static func note(_ value: PickleValue) -> String? {
    switch value {
    case .flag(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .text(let text): text.utf8.count <= longestName ? text : nil
    case .none, .bytes, .object: nil
    }
  }
}
