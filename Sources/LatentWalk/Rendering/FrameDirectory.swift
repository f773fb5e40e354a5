import Files
import Foundation
import Media

/// A folder with the frames of one recipe: `frame-00000.png` and so on, and the recipe itself in `recipe.json`.
///
/// A frame appears under its name when it is complete, so that what is there need not be rendered again.
public struct FrameDirectory: Sendable {
  public let path: String
  let recipe: Recipe

  /// Opens the folder of a recipe, or makes it.
  /// - Throws: `RenderError` if it holds the frames of another recipe, or cannot be made.
  public init(path: String, for recipe: Recipe) throws {
    self.path = path
    self.recipe = recipe
    if let known = try Self.recipe(in: path) {
      guard known.hasSameFrames(as: recipe) else { throw RenderError.otherRecipe(directory: path) }
      return
    }
    let isNew = try makeFolder(path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard !names.contains(where: { $0.hasPrefix("frame-") && $0.hasSuffix(".png") }) else {
      throw RenderError.unreadableRecipe(path: path + "/recipe.json")
    }
    do {
      try Media.write(recipe.json, toFile: path + "/recipe.json")
    } catch {
      if isNew { rmdir(path) }
      throw error
    }
  }

  /// The recipe whose frames lie in a folder, or nil if there is none.
  public static func recipe(in path: String) throws -> Recipe? {
    let file = path + "/recipe.json"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    // Frames hold the same text, which has its limit.
    guard let text = try? InputFile.bytes(of: file, limit: 2 * RecipeText.limit),
      let recipe = try? Recipe(json: String(decoding: text, as: UTF8.self))
    else { throw RenderError.unreadableRecipe(path: file) }
    return recipe
  }

  /// The frames of a recipe that are not in a folder yet, in order. Unlike `missing()`, it makes no folder.
  /// - Throws: `RenderError` if the folder holds the frames of another recipe.
  public static func missing(in path: String, of recipe: Recipe) throws -> [Int] {
    guard try Self.recipe(in: path) != nil else { return Array(0..<recipe.walk.timing.frameCount) }
    return try FrameDirectory(path: path, for: recipe).missing()
  }

  public func file(of frame: Int) -> String {
    let digits = String(frame)
    return "\(path)/frame-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).png"
  }

  /// How many frames the walk has.
  public var frameCount: Int { recipe.walk.timing.frameCount }

  /// The frames of the walk that are not there yet, in order.
  public func missing() -> [Int] {
    (0..<frameCount).filter { !FileManager.default.fileExists(atPath: file(of: $0)) }
  }

  public func write(_ picture: Picture, frame: Int) throws {
    try picture.writePNG(to: file(of: frame), recipe: recipe.json(ofFrame: frame))
  }

  /// - Throws: `RenderError` if the file is no picture, or one of another size.
  public func read(_ frame: Int) throws -> Picture {
    let file = file(of: frame)
    do {
      let picture = try Picture(pngFile: file)
      guard picture.width == recipe.settings.width, picture.height == recipe.settings.height else {
        throw RenderError.brokenFrame(
          path: file, reason: "it has \(picture.width) x \(picture.height) pixels")
      }
      return picture
    } catch MediaError.damaged(_, let reason) {
      throw RenderError.brokenFrame(path: file, reason: "it is damaged (\(reason))")
    } catch MediaError.notAPNG {
      throw RenderError.brokenFrame(path: file, reason: "it is no PNG file")
    }
  }

  /// Removes the frames, with what a killed run left of them half-written, and the folder, if nothing else is in it.
  /// - Throws: `RenderError` if the system refuses it.
  public func remove() throws {
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: path) where isOwn(name) {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
      }
      if try FileManager.default.contentsOfDirectory(atPath: path).isEmpty {
        try FileManager.default.removeItem(atPath: path)
      }
    } catch {
      let system = (error as? CocoaError)?.underlying as? POSIXError
      let reason = system.map { systemReason($0.code.rawValue) } ?? error.localizedDescription
      throw RenderError.notRemoved(directory: path, reason: reason)
    }
  }

  private func isOwn(_ name: String) -> Bool {
    name.wholeMatch(of: /(frame-\d+\.png|recipe\.json)(\.\d+\.partial)?/) != nil
  }
}

/// Makes a folder, and those above it that are missing.
/// - Returns: whether it is new.
@discardableResult
func makeFolder(_ path: String) throws -> Bool {
  if mkdir(path, 0o777) == 0 { return true }
  let number = errno
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue { return false }
  let above = URL(fileURLWithPath: path).deletingLastPathComponent().path
  guard number == ENOENT, !FileManager.default.fileExists(atPath: above) else {
    throw RenderError.directory(path: path, reason: systemReason(number))
  }
  _ = try makeFolder(above)
  return try makeFolder(path)
}
