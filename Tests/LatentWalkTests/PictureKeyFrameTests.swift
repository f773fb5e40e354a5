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

  // Measured with the bundled model: 0.04 to 0.45 dB below what its autoencoder can show, with a caption, 25 steps and
  // one iteration.
  @Test("a frame at a picture shows what the autoencoder can show of it, and without inversion it does not")
  func shown() throws {
    let folder = try TemporaryFolder()
    var fox = RecipeDraft(.image, prompts: ["A photograph of a fox"])
    (fox.model, fox.seed) = (FileRequest(TinyModel.bundled), 3)
    let picture = try #require(try TinyModel.renderer(fox).frame(0)).picture
    try picture.writePNG(to: folder.file("fox.png"))

    var walk = RecipeDraft(.interpolate, prompts: ["A photograph of a fox", "A photograph of a panda"])
    (walk.model, walk.seed, walk.frames) = (fox.model, 4, 3)
    walk.keyFrames[0].picture = FileRequest(folder.file("fox.png"))
    let frame = try #require(try TinyModel.renderer(walk).frame(0))

    let coder = try PictureCoder(ModelFolder(path: TinyModel.bundled))
    let latents = try coder.latents(of: folder.file("fox.png"), width: 128, height: 128)
    let file = try folder.write("fox.npy", shape: [4, 16, 16], latents.channelsFirst().values)
    let limit = ratio(try coder.picture(ofLatents: file.path), picture)
    let found = ratio(frame.picture, picture)
    #expect(limit > 20 && found > limit - 1, "\(found) dB of \(limit) dB")
    #expect(relativeDistance(frame.latents, latents.values) < 0.1)

    walk.keyFrames[0].picture = nil
    walk.keyFrames[0].guidance = 1
    let other = try #require(try TinyModel.renderer(walk).frame(0))
    #expect(ratio(other.picture, picture) < limit - 3)
  }

  @Test("a frame at a picture is denoised from the noise of its inversion, with its caption and guidance 1")
  func formula() throws {
    var draft = draft("a photo of a dog", "a cat")
    draft.steps = 4
    let frame = try #require(try TinyModel.renderer(draft).frame(0))
    let (pipeline, caption) = (try TinyModel.pipeline(), try TinyModel.tokens("a photo of a dog"))
    let text = Conditioning(tokens: caption)
    let latents = try PictureCoder(ModelFolder(path: TinyModel.path("two-stages"))).latents(
      of: Self.path, width: 12, height: 12)
    let kind = draft.sampler.defaultSchedule
    let schedule = try pipeline.schedule(steps: 4, kind: kind)
    let noise = try pipeline.inversion(latents, [text], through: schedule).reduce(latents) { $1.latents }
    let guidance = Guidance(conditional: text, unconditional: text, scale: 1)
    let expected = try pipeline.denoising(noise, guidedBy: guidance, through: schedule).reduce(noise) {
      $1.latents
    }
    #expect(largestDifference(frame.latents, expected.values) < 1e-4)
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
    draft.radius = 0
    draft.steps = 4
    let frames = try TinyModel.renderer(draft).frames([0, 3])
    var shown = self.draft("a photo of a dog", "a cat")
    shown.steps = 4
    #expect(try frames[0] == TinyModel.renderer(shown).frame(0))
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
