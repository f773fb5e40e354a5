import Files
import Foundation
import Media

/// What a file says about how it was made: a recipe as JSON, or a PNG or GIF that carries one.
///
///     let result = try ResultFile(path: "dog-to-cat.gif")
///     let recipe = try result.recipe(with: ModelStore())
public struct ResultFile: Sendable {
  public let path: String
  /// The program that wrote it.
  public let program: String
  public let contents: Contents
  /// Where the file is a frame of a walk: its number.
  public let frame: Int?
  /// What the file says that a recipe cannot say: a sentence each.
  public let unsupported: [String]
  /// The text as it stands in the file.
  public let text: String

  public enum Contents: Sendable {
    case recipe(Recipe)
    /// What was asked for, where the file does not identify the contents of its model by their whole SHA-256.
    case draft(RecipeDraft)
  }

  /// - Throws: `RecipeError` if the file carries no recipe that can be read, `MediaError` if it cannot be read at all.
  public init(path: String) throws {
    self.path = path
    text = try Self.text(path)
    program = "LatentWalk"
    let document = try RecipeDocument(json: text)
    (frame, unsupported) = (document.frame, [])
    contents =
      switch document.origin {
      case .recipe(let recipe): .recipe(recipe)
      case .schema1(let draft): .draft(draft)
      }
  }

  /// The recipe's text in a file of any kind that has one.
  private static func text(_ path: String) throws -> String {
    let file = try InputFile(path: path)
    let beginning = try file.bytes(0..<min(8, file.size))
    let text: String? =
      if beginning.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
        try Media.recipe(inPNG: path)
      } else if beginning.starts(with: "GIF8".utf8) {
        try Media.recipe(inGIF: path)
      } else {
        String(decoding: try file.bytes(0..<min(file.size, sizeLimit)), as: UTF8.self)
      }
    guard let text else { throw RecipeError.noRecipe(path: path) }
    return text
  }

  /// Of recipes that are files of their own, in bytes.
  private static let sizeLimit = 1 << 20

  /// The recipe, its files found and checked.
  public func recipe(with models: ModelStore) throws -> Recipe {
    switch contents {
    case .recipe(let recipe): recipe
    case .draft(let draft): try models.recipe(for: draft)
    }
  }
}
