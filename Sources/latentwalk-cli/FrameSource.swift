import Foundation
import LatentWalk
import Media
import Walks

/// The frames of a walk, read one after the other in playing order: of an animation or a folder, or rendered for this.
final class FrameSource {
  /// What was given.
  let path: String
  /// The animation or folder.
  private let frames: String
  /// Where a document's frames are, until they are no longer needed.
  private var rendered: String?

  /// - Parameter reporter: says how far the rendering of a document is.
  /// - Throws: `MediaError` if there are no frames at the path, and what rendering throws.
  init(path: String, _ reporter: Reporter) throws {
    self.path = path
    guard [".yaml", ".yml", ".json"].contains(where: path.lowercased().hasSuffix) else {
      frames = path
      _ = try AnimationReader(path: path)
      return
    }
    frames = NSTemporaryDirectory() + "latentwalk-measure-\(getpid())"
    rendered = frames
    let (models, file) = (ModelStore(), try ResultFile(path: path))
    let recipe = try file.recipe(with: models)
    let draft = if case .draft(let draft) = file.contents { draft } else { RecipeDraft?.none }
    let files = WalkFiles(outputs: [], frames: frames, keepsFrames: true)
    try ResultRun(models, batch: nil, reporter).animation(recipe, of: draft, to: files)
  }

  deinit {
    if let rendered { try? FileManager.default.removeItem(atPath: rendered) }
  }

  /// - Parameter body: gets each frame and, where the animation says it, how many seconds it is shown.
  func readFrames(_ body: (Picture, Double?) throws -> Void) throws {
    let reader = try AnimationReader(path: frames)
    while let frame = try reader.next() { try body(frame.picture, frame.duration) }
  }

  /// The frames at key frames, if they carry a recipe of a walk that passes some.
  func keyFrames(frameCount: Int) -> [Int] {
    let known = try? FrameDirectory.recipe(in: frames)
    guard let recipe = known ?? carriedRecipe, recipe.walk.kind == .interpolate,
      recipe.walk.timing.frameCount == frameCount
    else { return [] }
    let (timing, path) = (recipe.walk.timing, recipe.walk.path)
    return (0..<frameCount).filter { timing.position(of: $0, on: path).fraction == 0 }
  }

  private var carriedRecipe: Recipe? {
    guard let result = try? ResultFile(path: frames), case .recipe(let recipe) = result.contents else {
      return nil
    }
    return recipe
  }
}

/// Why a path gives no frames, as one sentence for the user.
enum FrameSourceError: Error, CustomStringConvertible {
  case tooFew(String)

  var description: String {
    switch self {
    case .tooFew(let path):
      "\(path) has one frame, and a walk is measured from two on; give the animation or the folder of its frames."
    }
  }
}
