import Foundation

/// A file of results, JSON, that several programs write: each replaces its own part and leaves the others.
///
///     try Results(path: ".build/bench.json").replace("networks", by: measurements)
public struct Results {
  let path: String

  public init(path: String) { self.path = path }

  public func replace(_ part: String, by measurements: some Encodable) throws {
    let file = URL(fileURLWithPath: path)
    var parts: [String: Any] = [:]
    if let data = try? Data(contentsOf: file) {
      guard let found = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
        throw ResultsError(path: path)
      }
      parts = found
    }
    parts[part] = try JSONSerialization.jsonObject(with: JSONEncoder().encode(measurements))
    let data = try JSONSerialization.data(withJSONObject: parts, options: [.prettyPrinted, .sortedKeys])
    try data.write(to: file, options: .atomic)
  }
}

/// A file that is there and holds no results.
struct ResultsError: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "Cannot add results to \(path): it is not a JSON object. Delete it, or choose another file with --json."
  }
}
