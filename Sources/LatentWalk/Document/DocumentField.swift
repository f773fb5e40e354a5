internal import Yams

/// A key of a document and the property that it sets: one table of them reads documents, writes them and names the keys
/// that are accepted.
struct DocumentField<Owner> {
  let key: String
  let read: (inout Owner, DocumentNode) throws -> Void
  /// Nil where the value is what it is without the key.
  let write: (_ owner: Owner, _ other: Owner) -> Node?

  init(
    _ key: String, read: @escaping (inout Owner, DocumentNode) throws -> Void,
    write: @escaping (_ owner: Owner, _ other: Owner) -> Node?
  ) {
    (self.key, self.read, self.write) = (key, read, write)
  }

  init<Value: DocumentValue & Equatable>(_ key: String, _ property: WritableKeyPath<Owner, Value>) {
    self.init(key) { owner, node in
      owner[keyPath: property] = try Value.read(node)
    } write: { owner, other in
      owner[keyPath: property] == other[keyPath: property] ? nil : owner[keyPath: property].node
    }
  }

  /// With the values that are accepted.
  init<Value: DocumentValue & Comparable>(
    _ key: String, _ property: WritableKeyPath<Owner, Value>, _ values: ClosedRange<Value>
  ) {
    self.init(key) { owner, node in
      guard let value = Value(node), values.contains(value) else {
        throw node.invalid("\(values.lowerBound) to \(values.upperBound)")
      }
      owner[keyPath: property] = value
    } write: { owner, other in
      owner[keyPath: property] == other[keyPath: property] ? nil : owner[keyPath: property].node
    }
  }

  init<Value: DocumentValue & Comparable>(
    _ key: String, _ property: WritableKeyPath<Owner, Value?>, _ values: ClosedRange<Value>
  ) {
    self.init(key) { owner, node in
      guard let value = Value(node), values.contains(value) else {
        throw node.invalid("\(values.lowerBound) to \(values.upperBound)")
      }
      owner[keyPath: property] = value
    } write: { owner, other in
      owner[keyPath: property] == other[keyPath: property] ? nil : owner[keyPath: property]?.node
    }
  }
}

extension Array {
  /// Reads the entries of a mapping.
  func read<Owner>(_ node: DocumentNode, into owner: inout Owner) throws
  where Element == DocumentField<Owner> {
    for (key, value) in try node.entries(accepting: map(\.key)) {
      try first { $0.key == key }?.read(&owner, value)
    }
  }

  /// The entries that differ from another value's.
  func pairs<Owner>(_ owner: Owner, unlike other: Owner) -> [(Node, Node)]
  where Element == DocumentField<Owner> {
    compactMap { field in field.write(owner, other).map { (Node(field.key), $0) } }
  }
}
