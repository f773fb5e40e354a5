import FoundationEssentials

/// A value of a JSON file. It can be written as a Swift literal: `"silu"`, `8`, `0.5`, `true`, `nil`.
public enum JSONValue: Sendable, Equatable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? value.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSONValue].self))
    }
  }
}

/// The value as a JSON file spells it.
extension JSONValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .null: "null"
    case .flag(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .text(let text): "\"\(text)\""
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .object(let fields): "an object with \(fields.keys.sorted().joined(separator: ", "))"
    }
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .flag(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
}

/// A model of two thousand tensors has an index or a header of a quarter of a megabyte; notes of a training may be
/// longer. The safetensors format itself allows 100 MB, for which JSON would take gigabytes.
let largestJSON = 1 << 25

/// Decodes a JSON file; an error names it.
func decodeJSON<Value: Decodable>(_ type: Value.Type, file path: String) throws -> Value {
  do {
    return try decodeJSON(type, from: CheckpointFile.bytes(of: path, limit: largestJSON))
  } catch let problem as DecodingProblem {
    throw CheckpointError.notJSON(path: path, reason: problem.reason)
  }
}

func decodeJSON<Value: Decodable>(
  _ type: Value.Type, from bytes: [UInt8]
) throws(DecodingProblem) -> Value {
  do {
    return try JSONDecoder().decode(type, from: Data(bytes))
  } catch let error as DecodingError {
    throw DecodingProblem(error)
  } catch {
    throw DecodingProblem(reason: "\(error)")
  }
}

/// Why a JSON text could not be decoded, in words for the user.
package struct DecodingProblem: Error {
  package let reason: String

  init(reason: String) { self.reason = reason }

  package init(_ error: DecodingError) {
    switch error {
    case .dataCorrupted(let context):
      // The decoder's own words: text that is no JSON, or a number that does not fit.
      reason = Self.location(context) + context.debugDescription.split(separator: ".").joined(separator: ".")
    case .keyNotFound(let key, let context):
      reason = Self.location(context) + "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      reason = Self.location(context) + "a value of another kind is expected"
    @unknown default:
      reason = "\(error)"
    }
  }

  private static func location(_ context: DecodingError.Context) -> String {
    let names = context.codingPath.map(\.stringValue)
    return names.isEmpty ? "" : "at \(names.joined(separator: ", ")), "
  }
}
