import Checkpoints
import Foundation
import LatentWalk
import Media
import Sampling
import StableDiffusion
import TestFolders
import Testing
import Walks

/// Key frames that are pictures.
@Suite struct PictureKeyFrameTests {
  private static let path = TinyModel.path("pictures/two-stages.png")

  private func draft(_ prompts: String..., pictures: Set<Int> = [0]) -> RecipeDraft {
    var draft = TinyModel.draft(.interpolate)
    draft.keyFrames = prompts.enumerated().map { index, prompt in
      RecipeDraft.KeyFrame(prompt: prompt, picture: pictures.contains(index) ? FileRequest(Self.path) : nil)
    }
    (draft.steps, draft.frames) = (25, 5)
    return draft
  }

  @Test("a frame at a picture shows what the autoencoder can show of it", arguments: ["two-stages", "sd1"])
  func shown(model: String) throws {
    let path = TinyModel.path("pictures/\(model).png")
    var draft = draft("a photo of a dog", "a cat")
    draft.model = FileRequest(model)
    draft.keyFrames[0].picture = FileRequest(path)
    let side = model == "sd1" ? 64 : 12
    (draft.width, draft.height) = (side, side)
    let frame = try #require(try TinyModel.renderer(draft).frame(0))
    let folder = try TemporaryFolder()
    let coder = try PictureCoder(ModelFolder(path: TinyModel.path(model)))
    let latents = try coder.latents(of: path, width: side, height: side)
    let shape = [latents.shape[3], latents.shape[1], latents.shape[2]]
    let file = try folder.write("l.npy", shape: shape, latents.channelsFirst().values)
    let roundTrip = try coder.picture(ofLatents: file.path)
    let found = ratio(frame.picture, roundTrip)
    #expect(found > 30, "\(found) dB")
    #expect(relativeDistance(frame.latents, latents.values) < 0.1)
  }

  @Test("a picture that is not inverted is far from it: the test above can fail")
  func notInverted() throws {
    let inverted = try #require(try TinyModel.renderer(draft("a photo of a dog", "a cat")).frame(0))
    let other = try #require(
      try TinyModel.renderer(draft("a photo of a dog", "a cat", pictures: [])).frame(0))
    #expect(relativeDistance(other.latents, inverted.latents) > 0.3)
  }

  @Test(
    "the key frames of a walk with pictures have their own pictures, and all frames the same bytes in any batch"
  )
  func walk() throws {
    var draft = draft("a photo of a dog", "a cat", "a photo of an owl", pictures: [0, 2])
    draft.steps = 6
    let frames = try TinyModel.renderer(draft, batch: 5).frames([0, 1, 2, 3, 4])
    #expect(Set(frames.values.map(\.latents)).count == 5)
    #expect(try TinyModel.renderer(draft, batch: 2).frames([3, 0, 4, 1, 2]) == frames)
    for frame in 0..<5 { #expect(try TinyModel.renderer(draft).frame(frame) == frames[frame]) }
    // The prompt between them is as it is without pictures.
    var still = TinyModel.draft(.image, "a cat")
    still.steps = 6
    #expect(try TinyModel.renderer(still).frame(0) == frames[2])
  }

  @Test("a picture has guidance 1 unless it says otherwise, and needs a caption and DDIM")
  func settings() throws {
    var draft = draft("a photo of a dog", "a cat")
    #expect(try TinyModel.recipe(draft).walk.keyFrames.map(\.guidance) == [1, 7.5])
    draft.keyFrames[0].guidance = 3
    #expect(try TinyModel.recipe(draft).walk.keyFrames.map(\.guidance) == [3, 7.5])
    draft.keyFrames[0].prompt = nil
    let missing = #expect(throws: RecipeError.self) { try TinyModel.recipe(draft) }
    #expect(missing?.field == "walk.keyFrames[0]")
    draft = self.draft("a photo of a dog", "a cat")
    draft.sampler = .euler
    let sampler = #expect(throws: RecipeError.self) { try TinyModel.recipe(draft) }
    #expect(sampler?.description.contains("ddim") == true)
    draft.keyFrames[0].sampler = .ddim
    #expect(throws: Never.self) { try TinyModel.recipe(draft) }
  }

  @Test("a noise file takes the place of a picture's noise")
  func noiseFile() throws {
    let folder = try TemporaryFolder()
    let noise = NoiseGenerator.pytorch.normals(seed: 99, draw: 0, height: 6, width: 6, channels: 4)
    var draft = draft("a photo of a dog", "a cat")
    draft.noise = try folder.write("all.npy", shape: [6, 6, 4], noise.values)
    // The walk's noise is that of the others.
    let recipe = try TinyModel.recipe(draft)
    #expect(recipe.walk.keyFrames[0].noise == nil && recipe.walk.keyFrames[1].noise != nil)
  }

  @Test(
    "pictures lead other walks, too: each begins at the picture",
    arguments: [Recipe.WalkKind.drift, .loop, .walk, .circle])
  func otherWalks(kind: Recipe.WalkKind) throws {
    var draft = draft("a photo of a dog")
    draft.kind = kind
    draft.loop = Recipe.Loop(radius: 0, harmonics: 1)
    let frames = try TinyModel.renderer(draft).frames([0, 3])
    let latents = try PictureCoder(ModelFolder(path: TinyModel.path("two-stages"))).latents(
      of: Self.path, width: 12, height: 12)
    #expect(relativeDistance(try #require(frames[0]).latents, latents.values) < 0.1)
    #expect(try TinyModel.renderer(draft, batch: 1).frame(3) == frames[3])
  }

  /// Peak signal-to-noise ratio, in dB.
  private func ratio(_ one: Picture, _ other: Picture) -> Double {
    let squares = zip(one.pixels, other.pixels).reduce(0) {
      $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1))
    }
    return 10 * log10(255 * 255 / max(1e-9, Double(squares) / Double(one.pixels.count)))
  }
}
