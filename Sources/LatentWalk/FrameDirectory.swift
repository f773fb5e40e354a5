import Foundation
import Media

/// A folder with the frames of one recipe: `frame-00000.png` and so on, and the recipe itself in `recipe.json`.
///
/// A frame appears under its name when it is complete, so that what is there need not be rendered again.
public struct FrameDirectory {
  public let path: String
  private let recipe: Recipe

  /// Opens the folder of a recipe, or makes it.
  /// - Throws: `RenderError` if it holds the frames of another recipe, or cannot be made.
  public init(path: String, for recipe: Recipe) throws {
    self.path = path
    self.recipe = recipe
    if let known = try Self.recipe(in: path) {
      guard known.ofFrames == recipe.ofFrames else { throw RenderError.otherRecipe(directory: path) }
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      if names.contains(where: { $0.hasPrefix("frame-") && $0.hasSuffix(".png") }) {
        throw RenderError.unreadableRecipe(path: path + "/recipe.json")
      }
      try Data(recipe.json.utf8).write(to: URL(fileURLWithPath: path + "/recipe.json"), options: .atomic)
    } catch let error as RenderError {
      throw error
    } catch {
      throw RenderError.directory(path: path, reason: systemReason(error))
    }
  }

  /// The recipe whose frames lie in a folder, or nil if there is none.
  public static func recipe(in path: String) throws -> Recipe? {
    let file = path + "/recipe.json"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    guard let text = try? String(contentsOfFile: file, encoding: .utf8), let recipe = try? Recipe(json: text)
    else { throw RenderError.unreadableRecipe(path: file) }
    return recipe
  }

  public func file(of frame: Int) -> String {
    let digits = String(frame)
    return "\(path)/frame-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).png"
  }

  /// The frames of the walk that are not there yet, in order.
  public func missing() -> [Int] {
    (0..<recipe.path.frameCount).filter { !FileManager.default.fileExists(atPath: file(of: $0)) }
  }

  public func write(_ picture: Picture, frame: Int) throws {
    try picture.writePNG(to: file(of: frame), recipe: recipe.json)
  }

  public func read(_ frame: Int) throws -> Picture {
    try Picture(pngFile: file(of: frame))
  }

  /// Removes the frames and the folder, if nothing else is in it.
  public func remove() throws {
    let own = (0..<recipe.path.frameCount).map(file) + [path + "/recipe.json"]
    for file in own where FileManager.default.fileExists(atPath: file) {
      try FileManager.default.removeItem(atPath: file)
    }
    if try FileManager.default.contentsOfDirectory(atPath: path).isEmpty {
      try FileManager.default.removeItem(atPath: path)
    }
  }
}

/// The system's words for why a file operation failed.
private func systemReason(_ error: any Error) -> String {
  let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
  guard let code = underlying?.domain == NSPOSIXErrorDomain ? underlying?.code : nil else {
    return error.localizedDescription
  }
  return String(cString: strerror(Int32(code)))
}
