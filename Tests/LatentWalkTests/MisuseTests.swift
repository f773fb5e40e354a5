import Checkpoints
import Glibc
import LatentWalk
import Media
import StableDiffusion
import Tensors
import TestFolders
import Testing

/// What a program can get wrong about frames, folders and sizes is an error, not a trap, and leaves nothing behind.
@Suite struct MisuseTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a frame that the walk does not have is an error", arguments: [-1, 5, Int.min, Int.max])
  func noSuchFrame(frame: Int) async throws {
    let renderer = try TinyModel.renderer(TinyModel.draft(.circle, "a dog"))
    let expected = RenderError.noSuchFrame(frame, choices: "0 to 4")
    #expect(throws: expected) { try renderer.schedule(of: frame) }
    #expect(throws: expected) { try renderer.evaluations(of: [0, frame]) }
    #expect(throws: expected) { try renderer.frames([0, frame]) }
    await #expect(throws: expected) { for try await _ in renderer.events(of: [0, frame]) {} }
    let directory = try FrameDirectory(path: folder.file("frames"), for: renderer.recipe)
    let picture = Picture(width: 12, height: 12, pixels: [UInt8](repeating: 9, count: 432))
    #expect(throws: RecipeError.self) { try directory.write(picture, frame: frame) }
    #expect(try folder.names(in: "frames") == ["recipe.json"])
  }

  @Test("a preview of a frame that is not in the step is an error")
  func noSuchPreview() throws {
    var rendering = try TinyModel.renderer(TinyModel.draft(.circle, "a dog"), batch: 2).rendering([0, 1, 2])
    guard case .step(let step) = try rendering.next() else { return #expect(Bool(false)) }
    #expect(throws: Never.self) { try step.preview(of: 1) }
    let error = #expect(throws: RenderError.self) { try step.preview(of: 2) }
    #expect(error?.description == "There is no frame 2 here; choose one of [0, 1], which are in this step.")
  }

  @Test("no frames are no events, and a frame that is requested twice is rendered twice")
  func lists() throws {
    let renderer = try TinyModel.renderer(TinyModel.draft(.image, "a dog"), batch: 3)
    var none = renderer.rendering([])
    #expect(try none.next() == nil && renderer.evaluations(of: []) == 0)
    var (steps, frames, twice) = ([[Int]](), [Int](), renderer.rendering([0, 0]))
    while let event = try twice.next() {
      if case .step(let step) = event { steps.append(step.frames) }
      if case .frame(let frame, _, _) = event { frames.append(frame) }
    }
    // Memory is reserved for batches of one.
    #expect(frames == [0, 0] && steps == Array(repeating: [0], count: 6))
  }

  @Test("the folder of another recipe is refused before anything is rendered into it")
  func otherFolder() throws {
    var other = TinyModel.draft(.circle, "a cat")
    other.frames = 9
    let directory = try FrameDirectory(path: folder.file("frames"), for: TinyModel.recipe(other))
    var rendering = try TinyModel.renderer(TinyModel.draft(.circle, "a dog")).animationRendering(
      to: folder.file("walk.gif"), framesIn: directory)
    for _ in 0..<2 {
      #expect(throws: RenderError.otherRecipe(directory: directory.path)) { try rendering.next() }
    }
    #expect(try folder.names() == ["frames"] && folder.names(in: "frames") == ["recipe.json"])
  }

  @Test(
    "an animation that its format cannot hold is refused before the first frame",
    arguments: [("walk.avi", 10), ("walk.gif", 60), ("walk.webp", 100)])
  func unfitting(name: String, fps: Double) throws {
    var draft = TinyModel.draft(.circle, "a dog")
    draft.fps = fps
    let renderer = try TinyModel.renderer(draft)
    let directory = try FrameDirectory(path: folder.file("frames"), for: renderer.recipe)
    var rendering = renderer.animationRendering(to: folder.file(name), framesIn: directory)
    #expect(throws: MediaError.self) { try rendering.next() }
    #expect(try folder.names(in: "frames") == ["recipe.json"])
  }

  @Test("after an error while the animation is written, the next call writes it from its beginning")
  func encodingAgain() throws {
    let renderer = try TinyModel.renderer(TinyModel.draft(.circle, "a dog"))
    let directory = try FrameDirectory(path: folder.file("frames"), for: renderer.recipe)
    var rendering = renderer.animationRendering(to: folder.file("walk.gif"), framesIn: directory)
    var encoded: [Int] = []
    while encoded.last != 2, let event = try rendering.next() {
      if case .encoded(let count, _) = event { encoded.append(count) }
    }
    try folder.move("frames/frame-00002.png", to: "frame")
    #expect(throws: MediaError.self) { try rendering.next() }
    try folder.move("frame", to: "frames/frame-00002.png")
    while let event = try rendering.next() {
      if case .encoded(let count, _) = event { encoded.append(count) }
    }
    #expect(encoded == [1, 2, 1, 2, 3, 4, 5])
    #expect(try bytes(folder.file("walk.gif")).starts(with: "GIF89a".utf8))
  }

  @Test("frames whose network cannot be loaded again are not skipped")
  func unloadedNetwork() throws {
    let unet = try folder.copy("two-stages", as: "model") + "/unet/diffusion_pytorch_model.safetensors"
    let models = TinyModel.store(folder.path)
    let recipe = try models.recipe(for: TinyModel.draft(.image, "a dog", model: "model"))
    let renderer = try models.renderer(for: recipe, lowMemory: true)
    _ = try renderer.frame(0)
    // Cut in place: the open file has changed.
    #expect(truncate(unet, 100) == 0)
    var rendering = renderer.rendering([0])
    for _ in 0..<2 { #expect(throws: (any Error).self) { try rendering.next() } }
  }

  @Test("removing frames that are gone is an error with a sentence")
  func removal() throws {
    let directory = try FrameDirectory(
      path: folder.file("frames"), for: TinyModel.recipe(TinyModel.draft(.circle, "a dog")))
    try directory.remove()
    let expected = RenderError.notRemoved(directory: directory.path, reason: "no such file or directory")
    #expect(throws: expected) { try directory.remove() }
  }

  @Test("a picture coder refuses sizes that no picture has, and those for which there is no memory")
  func codedSizes() throws {
    let coder = try PictureCoder(ModelFolder(path: TinyModel.path("sd1")))
    let picture = TinyModel.path("pictures/sd1.png")
    for (width, height) in [(0, 64), (64, -64), (Int.max - 7, 64), (64, 1 << 40)] {
      #expect(throws: RenderError.self) { try coder.latents(of: picture, width: width, height: height) }
    }
    #expect(throws: TensorMemoryError.self) { try coder.latents(of: picture, width: 16384, height: 16384) }
  }

  @Test("a recipe with many key frames is made and followed in a moment", .timeLimit(.minutes(1)))
  func manyKeyFrames() throws {
    let recipe = try TinyModel.recipe(TinyModel.draft(.interpolate, "a dog", "a cat")).with { walk in
      let keyFrame = walk.keyFrames[0]
      walk.keyFrames = (0..<20_000).map { seed in
        var keyFrame = keyFrame
        keyFrame.seed = UInt64(seed)
        return keyFrame
      }
    }
    #expect(recipe.walk.path.noiseCount == 20_000)
  }
}
