/// A table of names that differ: what begins with one becomes the same with another beginning. Beginnings end at dots, and the longest
/// that fits decides.
struct NameMoves {
  private var moves: [String: String]

  init(_ moves: [String: String] = [:]) { self.moves = moves }

  subscript(_ old: String) -> String? {
    get { moves[old] }
    set { moves[old] = newValue }
  }

  /// A name in its new place; nil for a name that the table does not know.
  func callAsFunction(_ name: String) -> String? {
    var beginning = Substring(name)
    while true {
      if let new = moves[String(beginning)] { return new + name[beginning.endIndex...] }
      guard let dot = beginning.lastIndex(of: ".") else { return nil }
      beginning = beginning[..<dot]
    }
  }

  /// A block whose layers have other names too.
  mutating func move(_ old: String, to new: String, layers: [String: String]) {
    self[old] = new
    for (oldLayer, newLayer) in layers { self["\(old).\(oldLayer)"] = "\(new).\(newLayer)" }
  }

  /// The same table for names with a beginning of their own.
  func behind(_ prefix: String) -> NameMoves {
    NameMoves(Dictionary(uniqueKeysWithValues: moves.map { (prefix + $0.key, $0.value) }))
  }
}

/// Names and shapes of tensors, behind a prefix that they share.
struct TensorShapes {
  private let shapes: [String: [Int]]

  init(_ shapes: [String: [Int]]) { self.shapes = shapes }

  func contains(_ name: String) -> Bool { shapes[name] != nil }

  /// One size of a tensor; 0, which every network refuses, where there is none.
  func size(_ name: String, _ dimension: Int) -> Int {
    guard let shape = shapes[name], dimension < shape.count else { return 0 }
    return shape[dimension]
  }

  func dimensions(_ name: String) -> Int { shapes[name]?.count ?? 0 }

  /// How many of the names with 0, 1, 2, ... in them there are, up to the first that is missing.
  func count(_ name: (Int) -> String) -> Int { (0...).prefix { contains(name($0)) }.count }
}
