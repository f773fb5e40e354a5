import Foundation
import LatentWalk
import Media
import Walks

/// The frames of an animation, read one after the other in playing order.
struct FrameSource {
  let path: String
  /// The frames' files.
  private let files: [String]

  /// - Throws: `FrameSourceError` or `MediaError` if there are no frames at the path.
  init(path: String) throws {
    self.path = path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw MediaError.cannotRead(path: path, reason: "there is no such file or folder")
    }
    guard isFolder.boolValue else { throw FrameSourceError.noAnimation(path) }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw MediaError.cannotRead(path: path, reason: "the folder cannot be listed")
    }
    let pictures = names.filter { name in
      !name.hasPrefix(".") && [".png", ".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
    }
    // frame-2.png comes before frame-10.png.
    files = pictures.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
      .map { "\(path)/\($0)" }
    if files.isEmpty { throw FrameSourceError.noPictures(path) }
  }

  /// - Parameter body: gets each frame and, where the animation says it, how many seconds it is shown.
  func readFrames(_ body: (Picture, Double?) throws -> Void) throws {
    var first: Picture?
    for file in files {
      let picture = try Picture(file: file)
      let size = first ?? picture
      guard picture.width == size.width, picture.height == size.height else {
        throw FrameSourceError.otherSize(file, picture, expected: size)
      }
      first = size
      try body(picture, nil)
    }
  }

  /// The frames at key frames, if the frames carry a recipe of a walk that passes some.
  func keyFrames(frameCount: Int) -> [Int] {
    guard let result = try? ResultFile(path: files[0]), case .recipe(let recipe) = result.contents,
      recipe.walk.kind == .interpolate, recipe.walk.timing.frameCount == frameCount
    else { return [] }
    let (timing, path) = (recipe.walk.timing, recipe.walk.path)
    return (0..<frameCount).filter { timing.position(of: $0, on: path).fraction == 0 }
  }
}

/// Why a path gives no frames, as one sentence for the user.
enum FrameSourceError: Error, CustomStringConvertible {
  case noAnimation(String)
  case noPictures(String)
  case tooFew(String)
  case otherSize(String, Picture, expected: Picture)

  var description: String {
    switch self {
    case .noAnimation(let path):
      "\(path) is no animation that can be read; give the animation or the folder of its frames."
    case .noPictures(let path):
      "There is no PNG or JPEG file in the folder \(path); give the animation or the folder of its frames."
    case .tooFew(let path):
      "\(path) has one frame, and a walk is measured from two on; give the animation or the folder of its frames."
    case .otherSize(let path, let picture, let expected):
      "\(path) has \(picture.width) x \(picture.height) pixels, and the frames before it have "
        + "\(expected.width) x \(expected.height); give frames of one size."
    }
  }
}
