import Checkpoints
import Files
import Foundation
import LatentWalk
import Media
import StableDiffusion
import Tensors
import TestFolders

extension TinyModel {
  /// A store that leaves nothing in the user's folders.
  static func store(_ places: String..., capacity: Int = 1) -> ModelStore {
    ModelStore(
      library: ModelLibrary(places: places), digests: FileDigests(rememberedAt: nil), capacity: capacity)
  }

  /// The store that the tests share.
  static let models = store(fixtures, capacity: 8)

  /// Few frames of few steps, 12 x 12 pixels.
  static func draft(
    _ kind: Recipe.WalkKind, _ prompts: String..., model: String = "two-stages"
  ) -> RecipeDraft {
    var draft = RecipeDraft(kind, prompts: prompts)
    draft.model = FileRequest(model)
    (draft.width, draft.height, draft.seed) = (12, 12, 7)
    (draft.frames, draft.steps) = (5, 3)
    return draft
  }

  static func recipe(_ draft: RecipeDraft) throws -> Recipe { try models.recipe(for: draft) }

  static func renderer(_ draft: RecipeDraft, batch: Int? = nil) throws -> Renderer {
    try models.renderer(for: recipe(draft), batch: batch)
  }

  static func renderer(_ recipe: Recipe, batch: Int? = nil) throws -> Renderer {
    try models.renderer(for: recipe, batch: batch)
  }

  /// The loaded model of the tests' own arithmetic.
  static func pipeline(_ name: String = "two-stages") throws -> StableDiffusionPipeline {
    try StableDiffusionPipeline(ModelFolder(path: path(name)))
  }

  /// The tokens of a prompt, [1, 77, width].
  static func tokens(
    _ prompt: String, reading: PromptReading = PromptReading(), model: String = "two-stages"
  ) throws -> Tensor {
    try PromptEncoder(ModelFolder(path: path(model)))(prompt, reading: reading).conditioning.tokens
  }
}

extension Recipe {
  /// The same recipe with another walk.
  func with(_ edit: (inout Walk) -> Void) throws -> Recipe {
    var walk = walk
    edit(&walk)
    return try Recipe(model: model, walk: walk, settings: settings, playback: playback)
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
    var (frames, rendering) = ([Int: Frame](), rendering(numbers))
    while let event = try rendering.next() {
      if case .frame(let number, let picture, let latents) = event {
        frames[number] = Frame(picture: picture, latents: latents.values)
      }
    }
    return frames
  }

  func frame(_ number: Int) throws -> Frame? { try frames([number])[number] }
}

extension TemporaryFolder {
  /// Writes an array and returns what a draft says of the file.
  func write(_ name: String, shape: [Int], _ values: [Float]) throws -> FileRequest {
    try NumpyArray(shape: shape, values: values).write(to: file(name))
    return FileRequest(file(name))
  }

  /// Copies a tiny model into this folder, and returns its path.
  @discardableResult
  func copy(_ model: String, as name: String) throws -> String {
    try FileManager.default.copyItem(atPath: TinyModel.path(model), toPath: file(name))
    return file(name)
  }

  /// Changes one bit of a file.
  func flipBit(in name: String, at position: Double = 0.5) throws {
    var bytes = try bytes(name)
    bytes[Int(Double(bytes.count - 1) * position)] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file(name)))
  }
}

func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
