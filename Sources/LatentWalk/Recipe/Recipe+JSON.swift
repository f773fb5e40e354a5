import Checkpoints
import Foundation

/// How recipes are written into files: JSON in ASCII, the tool's name and the version of the schema first.
extension Recipe {
  private static let schema = 1

  private struct Document: Decodable {
    let tool: String
    let schema: Int
    let recipe: Recipe
  }

  /// The recipe as one line of JSON.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let recipe = String(decoding: try encoder.encode(self), as: UTF8.self)
      return "{\"tool\":\"LatentWalk\",\"schema\":\(Self.schema),\"recipe\":\(recipe)}".escapedToASCII
    }
  }

  /// - Throws: `RecipeError` if the text is no recipe or of a later version.
  public init(json: String) throws {
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw RecipeError.unreadable(reason: DecodingProblem(error).reason)
    }
    guard document.tool == "LatentWalk", document.schema == Self.schema else {
      throw RecipeError.otherVersion(tool: document.tool, schema: document.schema)
    }
    self = document.recipe
  }
}

extension String {
  /// JSON with every character beyond ASCII as \u escapes of UTF-16.
  fileprivate var escapedToASCII: String {
    unicodeScalars.map { scalar in
      guard !scalar.isASCII else { return String(scalar) }
      return scalar.utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }.joined()
  }
}

/// What can be wrong with a recipe that is read.
public enum RecipeError: Error, Equatable, CustomStringConvertible {
  case unreadable(reason: String)
  case otherVersion(tool: String, schema: Int)

  public var description: String {
    switch self {
    case .unreadable(let reason):
      "This is not a recipe of LatentWalk: \(reason)."
    case .otherVersion(let tool, let schema):
      "The recipe is from \(tool), schema \(schema), which this version does not read; render it with the program that wrote it."
    }
  }
}
