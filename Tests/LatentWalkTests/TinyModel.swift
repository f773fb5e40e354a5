import Checkpoints
import Foundation
import LatentWalk
import Media
import StableDiffusion
import Tensors

/// The tiny random pipelines of StableDiffusionTests. `two-stages` makes pictures of 12 x 12 pixels in a millisecond a step.
enum TinyModel {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "StableDiffusionTests/Fixtures").path

  static func path(_ name: String) -> String { "\(fixtures)/\(name)" }

  static func generator(_ name: String = "two-stages") throws -> StableDiffusionPipeline {
    try StableDiffusionPipeline(ModelFolder(path: path(name)))
  }

  /// Few frames of few steps, 12 x 12 pixels.
  static func recipe(_ walk: Recipe.WalkKind, _ prompts: String..., model: String = "two-stages") -> Recipe {
    var recipe = Recipe(
      model: Recipe.ModelReference(folder: path(model)), walk: walk, prompts: prompts, width: 12, height: 12,
      seed: 7)
    recipe.frames = 5
    recipe.steps = 3
    return recipe
  }
}

/// A rendered frame: its pixels and the latents that they come from.
struct Frame: Equatable {
  let picture: Picture
  let latents: [Float]
}

extension Renderer {
  /// Renders frames in the order given and returns them by number.
  func frames(_ numbers: [Int]) throws -> [Int: Frame] {
    var frames: [Int: Frame] = [:]
    try render(numbers) { event in
      if case .frame(let number, let picture, let latents) = event {
        frames[number] = Frame(picture: picture, latents: latents.values)
      }
    }
    return frames
  }

  func frame(_ number: Int) throws -> Frame? { try frames([number])[number] }
}

/// A folder for the files of one test; it goes when the test ends.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Writes an array and returns what a recipe says of the file.
  func write(_ name: String, shape: [Int], _ values: [Float]) throws -> Recipe.FileReference {
    try NumpyArray(shape: shape, values: values).write(to: file(name))
    return try Recipe.FileReference(path: file(name))
  }

  /// The names of what is in the folder, sorted.
  func names(in subfolder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + subfolder).sorted()
  }
}

func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
