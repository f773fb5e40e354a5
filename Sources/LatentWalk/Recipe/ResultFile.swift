import Files
import Foundation
import Media
import Sampling

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
  /// The text of a recipe of LatentWalk, as it stands in the file.
  public let text: String

  public enum Contents: Sendable {
    case recipe(Recipe)
    /// What was requested, where the file does not identify the contents of its model by their whole SHA-256.
    case draft(RecipeDraft)
  }

  /// - Throws: `RecipeError` if the file carries no recipe that can be read, `ForeignSettingsError` if it carries those
  ///   of another program that cannot be read, `MediaError` or `FileError` if it cannot be read at all.
  public init(path: String) throws {
    self.path = path
    guard let text = try recipeText(inFile: path) ?? Self.jsonText(path) else {
      guard let settings = try ForeignSettings(in: foreignTexts(inFile: path)) else {
        throw RecipeError.noRecipe(path: path)
      }
      (program, frame, text) = (settings.program, nil, "")
      (contents, unsupported) = (.draft(RecipeDraft(settings)), settings.sentences)
      return
    }
    if Self.isWalkDocument(text, path) {
      (program, frame, self.text, unsupported) = ("LatentWalk", nil, text, [])
      contents = .draft(try RecipeDraft(document: text, file: path))
      return
    }
    let document = try Self.document(text, path)
    (program, frame, self.text) = ("LatentWalk", document.frame, text)
    unsupported = []
    contents =
      switch document.origin {
      case .recipe(let recipe): .recipe(recipe)
      case .schema1(let draft): .draft(draft)
      }
  }

  /// Whether a text is a walk to be made, not a recipe, which names its tool.
  static func isWalkDocument(_ text: String, _ path: String) -> Bool {
    let ending = ending(path)
    return ["yaml", "yml"].contains(ending) || (ending == "json" && !text.contains(/"tool"\s*:/))
  }

  private static func ending(_ path: String) -> String { (path as NSString).pathExtension.lowercased() }

  private static func document(_ text: String, _ path: String) throws -> RecipeDocument {
    do {
      return try RecipeDocument(json: text)
    } catch RecipeError.unreadable(let reason) {
      throw RecipeError.notRecipe(path: path, reason: reason)
    }
  }

  /// The text of a recipe that is a file of its own; nil for a PNG or GIF, and for a file that is no text.
  private static func jsonText(_ path: String) throws -> String? {
    let file = try InputFile(path: path)
    let isMedia = [[0x89, 0x50, 0x4E, 0x47], Array("GIF8".utf8)].contains(
      try file.bytes(0..<min(4, file.size)))
    guard !isMedia else { return nil }
    let isYAML = ["yaml", "yml"].contains(ending(path))
    guard file.size <= DocumentText.limit || !isYAML else {
      throw DocumentError.tooLong(file: path, limit: DocumentText.limit)
    }
    let text = String(validating: try file.bytes(0..<min(file.size, DocumentText.limit)), as: UTF8.self)
    if text == nil, isYAML { throw DocumentError.notText(file: path) }
    return text
  }

  /// The recipe, its files found and checked.
  public func recipe(with models: ModelStore) throws -> Recipe {
    switch contents {
    case .recipe(let recipe): return recipe
    case .draft(let draft):
      do {
        return try models.recipe(for: draft)
      } catch
        where !text.isEmpty && program == "LatentWalk" && (error is RecipeError || error is ScheduleError)
      {
        throw DocumentError.unusable(file: path, sentence: "\(error)")
      }
    }
  }
}
