import Files
import Foundation
import Media

/// A folder for frames whose numbers are not known yet, by their positions. Each file names the recipe that it was made
/// for, so that an interrupted run goes on, and another recipe's files are not taken for this one's.
struct ProbeFolder {
  let path: String
  private let recipe: String

  /// - Parameter recipe: not yet measured.
  /// - Throws: `RenderError` if the folder cannot be made.
  init(path: String, for recipe: Recipe) throws {
    (self.path, self.recipe) = (path, try recipe.json)
    try makeFolder(path)
  }

  private func file(_ position: Double) -> String { "\(path)/at-\(position).png" }

  func picture(at position: Double) -> Picture? {
    let file = file(position)
    guard FileManager.default.fileExists(atPath: file), (try? recipeText(inFile: file)) == recipe else {
      return nil
    }
    return try? Picture(pngFile: file)
  }

  func write(_ picture: Picture, at position: Double) throws {
    try picture.writePNG(to: file(position), recipe: recipe)
  }

  /// Gives its frames to the folder of the measured recipe, under their numbers, and removes what is left. Bridges are
  /// made otherwise, so that their frames are left to be rendered.
  func handOver(to directory: FrameDirectory) throws {
    let route = Route(directory.recipe.walk)
    let bridges = directory.recipe.walk.between?.bridges ?? []
    for frame in directory.missing() {
      let position = route.position(of: frame).legs
      guard !bridges.contains(where: { $0.from < position && position < $0.to }),
        let picture = picture(at: position)
      else { continue }
      try directory.write(picture, frame: frame)
    }
    remove()
  }

  private func remove() {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in files where name.hasPrefix("at-") && name.contains(".png") {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
    rmdir(path)
  }
}
