/// A `config.json`: the fields of a model's description by name. An error names the file, the field, the value found
/// and the values accepted.
///
///     let configuration = try Configuration(path: "unet/config.json")
///     let channels = try configuration.integers("block_out_channels")
///     try configuration.require("act_fn", oneOf: ["silu"])
///
/// A field that is `null` counts as absent, as it does in diffusers.
public struct Configuration: Sendable {
  public let path: String
  private let fields: [String: JSONValue]
  private let requested = RequestedNames()

  public init(path: String) throws {
    self.path = path
    fields = try decodeJSON([String: JSONValue].self, file: path)
  }

  /// Fields that no file states, such as those seen from a checkpoint's shapes.
  init(path: String, fields: [String: JSONValue]) {
    self.path = path
    self.fields = fields
  }

  /// The value of a field; nil where it is absent or null.
  public subscript(_ key: String) -> JSONValue? {
    requested.insert(key)
    return fields[key] == .null ? nil : fields[key]
  }

  public func contains(_ key: String) -> Bool { self[key] != nil }
  public func isNull(_ key: String) -> Bool { self[key] == nil }

  /// - Parameter least: the smallest number that is accepted; sizes and counts are at least 1.
  public func integer(_ key: String, default absent: Int? = nil, from least: Int = 1) throws -> Int {
    let value = try read(key, "an integer", absent, \.integer)
    return try inRange(key, [value], from: least)[0]
  }

  public func number(_ key: String, default absent: Double? = nil) throws -> Double {
    try read(key, "a number", absent) { value in
      switch value {
      case .integer(let integer): Double(integer)
      case .number(let number): number
      default: nil
      }
    }
  }

  public func text(_ key: String, default absent: String? = nil) throws -> String {
    try read(key, "a text", absent, \.text)
  }

  public func flag(_ key: String, default absent: Bool? = nil) throws -> Bool {
    try read(key, "true or false", absent) { if case .flag(let flag) = $0 { flag } else { nil } }
  }

  public func integers(_ key: String, default absent: [Int]? = nil) throws -> [Int] {
    try inRange(key, read(key, "a list of integers", absent) { $0.list(of: \.integer) })
  }

  public func texts(_ key: String, default absent: [String]? = nil) throws -> [String] {
    try read(key, "a list of texts", absent) { $0.list(of: \.text) }
  }

  /// One integer for all, or a list with `count` of them.
  public func integerOrIntegers(_ key: String, count: Int, default absent: Int? = nil) throws -> [Int] {
    let absent = absent.map { Array(repeating: $0, count: count) }
    let values = try read(key, "an integer or a list of \(count)", absent) { value in
      if let same = value.integer { return Array(repeating: same, count: count) }
      guard let each = value.list(of: \.integer), each.count == count else { return nil }
      return each
    }
    return try inRange(key, values)
  }

  /// Refuses any other value than these. An absent field is accepted: the one value that LatentWalk supports is the
  /// default of diffusers, or the field belongs to something that is off (`oneOf: [nil]`).
  public func require(_ key: String, oneOf accepted: [JSONValue]) throws {
    guard let value = self[key], !accepted.contains(where: { $0.isSame(as: value) }) else { return }
    throw CheckpointError.unexpectedField(
      path: path, field: key, found: value.description,
      expected: accepted.map(\.description).joined(separator: " or "))
  }

  public func require(_ key: String, equals accepted: JSONValue) throws {
    try require(key, oneOf: [accepted])
  }

  /// The fields with a value that were not requested yet, without diffusers' own bookkeeping (`_class_name` and the
  /// like).
  public var unread: [String] {
    let requested = requested.all
    return fields.filter { key, value in !requested.contains(key) && !key.hasPrefix("_") && value != .null }
      .keys.sorted()
  }

  /// Refuses the file if it has a field that was not requested, except those that do not change the arithmetic.
  public func requireNothingElse(ignoring harmless: Set<String>) throws {
    let unknown = unread.filter { !harmless.contains($0) }
    guard unknown.isEmpty else { throw CheckpointError.unknownFields(path: path, fields: unknown) }
  }

  /// Refuses sizes that no network has, and lists of no stages or of more than a picture can be downsampled.
  private func inRange(_ key: String, _ values: [Int], from least: Int = 1) throws -> [Int] {
    let accepted = least...(1 << 17)
    if let other = values.first(where: { !accepted.contains($0) }) {
      throw CheckpointError.unexpectedField(
        path: path, field: key, found: "\(other)",
        expected: "\(accepted.lowerBound) to \(accepted.upperBound)")
    }
    guard (1...12).contains(values.count) else {
      throw CheckpointError.unexpectedField(
        path: path, field: key, found: "a list of \(values.count)", expected: "1 to 12 of them")
    }
    return values
  }

  private func read<Value>(
    _ key: String, _ expected: String, _ absent: Value?, _ convert: (JSONValue) -> Value?
  ) throws -> Value {
    guard let value = self[key] else {
      guard let absent else { throw CheckpointError.missingField(path: path, field: key) }
      return absent
    }
    guard let converted = convert(value) else {
      throw CheckpointError.unexpectedField(
        path: path, field: key, found: value.description, expected: expected)
    }
    return converted
  }
}

extension JSONValue {
  fileprivate var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }
  fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The elements of a list, if it is one and all of them convert.
  fileprivate func list<Value>(of convert: (JSONValue) -> Value?) -> [Value]? {
    guard case .list(let values) = self else { return nil }
    let converted = values.compactMap(convert)
    return converted.count == values.count ? converted : nil
  }

  /// Equality in which 1 and 1.0 are the same number.
  fileprivate func isSame(as other: JSONValue) -> Bool {
    switch (self, other) {
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(a) == b
    default: self == other
    }
  }
}
