/// Names that differ between two ways to call the same tensors, in both directions: what begins with one becomes the
/// same with the other beginning. Beginnings end at dots, and the longest that fits decides.
struct NameTable {
  private var toDiffusers: [String: String] = [:]
  private var toLDM: [String: String] = [:]

  /// - Parameter pairs: beginnings in the original's names (LDM) and in diffusers'.
  init(_ pairs: [String: String] = [:]) {
    for (ldm, diffusers) in pairs { add(ldm, diffusers) }
  }

  /// - Parameter layers: of a block, where these have other names too.
  mutating func add(_ ldm: String, _ diffusers: String, layers: [String: String] = [:]) {
    toDiffusers[ldm] = diffusers
    toLDM[diffusers] = ldm
    for (ldmLayer, diffusersLayer) in layers { add("\(ldm).\(ldmLayer)", "\(diffusers).\(diffusersLayer)") }
  }

  /// Nil for a name that the table does not have.
  func diffusersName(_ ldm: String) -> String? { Self.renamed(ldm, toDiffusers) }
  /// Nil for a name that the table does not have.
  func ldmName(_ diffusers: String) -> String? { Self.renamed(diffusers, toLDM) }

  private static func renamed(_ name: String, _ beginnings: [String: String]) -> String? {
    var beginning = Substring(name)
    while true {
      if let new = beginnings[String(beginning)] { return new + name[beginning.endIndex...] }
      guard let dot = beginning.lastIndex(of: ".") else { return nil }
      beginning = beginning[..<dot]
    }
  }

  /// The same table for original names behind a prefix.
  func behind(_ prefix: String) -> NameTable {
    NameTable(Dictionary(uniqueKeysWithValues: toDiffusers.map { (prefix + $0.key, $0.value) }))
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
