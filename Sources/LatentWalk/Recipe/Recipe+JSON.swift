import Checkpoints
import Foundation

/// How recipes are written into files: JSON in ASCII, the tool's name and the version of the schema first.
extension Recipe {
  static let schema = 3
  /// Those that are read as they are: what schema 3 added may be missing.
  static let readableSchemas = 2...3

  /// The recipe as one line of JSON.
  public var json: String {
    get throws { try json(ofFrame: nil) }
  }

  /// The recipe for the file of a single frame, with the frame's number.
  /// - Throws: `RecipeError` if the walk has no such frame.
  public func json(ofFrame frame: Int?) throws -> String {
    try requireFrame(frame)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let recipe = String(decoding: try encoder.encode(self), as: UTF8.self)
    let frame = frame.map { "\"frame\":\($0)," } ?? ""
    return "{\"tool\":\"LatentWalk\",\"schema\":\(Self.schema),\(frame)\"recipe\":\(recipe)}".escapedToASCII
  }

  /// - Throws: `RecipeError` if the text is no recipe, is not valid, or is of another schema than this version writes;
  ///   `ResultFile` reads schema 1, too.
  public init(json: String) throws {
    guard case .recipe(let recipe) = try RecipeDocument(json: json).origin else {
      throw RecipeError.otherVersion(tool: "LatentWalk", schema: 1)
    }
    self = recipe
  }

  fileprivate func requireFrame(_ frame: Int?) throws(RecipeError) {
    let frames = 0..<walk.timing.frameCount
    guard let frame, !frames.contains(frame) else { return }
    throw .invalid(
      field: "frame", found: "\(frame)", accepted: "a frame of the walk, 0 to \(frames.count - 1)")
  }
}

/// The text in a result, of any schema: its recipe, or a draft for schema 1, which does not name files by their SHA-256.
struct RecipeDocument {
  let origin: Origin
  /// The number of a walk's frame, if the file is one.
  let frame: Int?

  enum Origin {
    case recipe(Recipe)
    case schema1(RecipeDraft)
  }

  /// - Throws: `RecipeError`
  init(json: String) throws {
    let header = try decoded(Header.self, json)
    guard header.tool == "LatentWalk" else {
      throw RecipeError.otherVersion(tool: header.tool, schema: header.schema)
    }
    frame = header.frame
    switch header.schema {
    case Recipe.readableSchemas:
      let recipe = try decoded(Contents.self, json).recipe
      try recipe.requireFrame(frame)
      origin = .recipe(recipe)
    case 1: origin = .schema1(try decoded(RecipeSchema1.Document.self, json).recipe.draft)
    default: throw RecipeError.otherVersion(tool: header.tool, schema: header.schema)
    }
  }

  private struct Contents: Decodable {
    let recipe: Recipe
  }

  private struct Header: Decodable {
    let tool: String
    let schema: Int
    let frame: Int?
  }
}

private func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
  do {
    return try JSONDecoder().decode(type, from: Data(json.utf8))
  } catch let error as DecodingError {
    throw RecipeError.unreadable(reason: DecodingProblem(error).reason)
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
