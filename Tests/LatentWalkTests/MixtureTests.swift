import Glibc
import LatentWalk
import Sampling
import StableDiffusion
import Tensors
import TestFolders
import Testing
import Walks

/// Mixtures of seeds, great circles between embeddings, loops, drifts and sheets: each frame is the picture that its
/// formula names.
@Suite struct MixtureTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func noise(_ seed: UInt64, draw: Int = 0) -> Tensor {
    NoiseGenerator.pytorch.normals(seed: seed, draw: draw, height: 6, width: 6, channels: 4)
  }

  /// The picture of a prompt with a noise of its own.
  private func image(_ prompt: String, _ noise: Tensor) throws -> Frame? {
    var draft = TinyModel.draft(.image, prompt)
    draft.noise = try folder.write("noise.npy", shape: [6, 6, 4], noise.values)
    return try TinyModel.renderer(draft).frame(0)
  }

  /// The picture of an embedding, from the seed's noise.
  private func image(_ embedding: Tensor) throws -> Frame? {
    var draft = TinyModel.draft(.image)
    let file = try folder.write("embedding.npy", shape: [77, 16], embedding.values)
    draft.keyFrames = [RecipeDraft.KeyFrame(embedding: file)]
    return try TinyModel.renderer(draft).frame(0)
  }

  private func seeds(_ seeds: KeyValuePairs<UInt64, Double>) -> [Recipe.WeightedSeed] {
    seeds.map { Recipe.WeightedSeed(seed: $0.key, weight: $0.value) }
  }

  @Test("a mixture of one seed is the seed's noise, whatever its weight")
  func oneSeed() throws {
    let expected = try TinyModel.renderer(TinyModel.draft(.image, "a dog")).frame(0)
    var draft = TinyModel.draft(.image, "a dog")
    draft.seed = 99
    for weight in [1, 0.3] {
      draft.keyFrames[0].seeds = seeds([7: weight])
      #expect(try TinyModel.renderer(draft).frame(0) == expected)
    }
    let recipe = try TinyModel.recipe(TinyModel.draft(.image, "a dog")).with {
      $0.keyFrames[0].seeds = seeds([7: 0.3])
    }
    let frame = try #require(try TinyModel.renderer(recipe).frame(0))
    #expect(largestDifference(frame.latents, expected?.latents) < 1e-4)
  }

  @Test("a mixture of seeds has the sum of their noises, divided by the root of the squared weights")
  func severalSeeds() throws {
    var draft = TinyModel.draft(.image, "a dog")
    draft.keyFrames[0].seeds = seeds([7: 0.8, 8: -0.2, 9: 0.1])
    let norm = (0.8 * 0.8 + 0.2 * 0.2 + 0.1 * 0.1).squareRoot()
    let noise = Tensor.combined(
      [7, 8, 9].map { Self.noise($0) }, weights: [0.8, -0.2, 0.1].map { $0 / norm })
    #expect(try TinyModel.renderer(draft).frame(0) == image("a dog", noise))
    // A picture in the middle of a walk as well.
    var walk = TinyModel.draft(.interpolate, "a cat", "a dog", "a cat")
    walk.keyFrames[1].seeds = draft.keyFrames[0].seeds
    let renderer = try TinyModel.renderer(walk)
    #expect(try renderer.frame(2) == image("a dog", noise))
    #expect(renderer.recipe.walk.path.noiseCount == 2)
    let between = Tensor.slerp(Self.noise(7), noise, 0.5)
    let embedding = 0.5 * (try TinyModel.tokens("a cat")) + 0.5 * (try TinyModel.tokens("a dog"))
    var still = TinyModel.draft(.image)
    still.noise = try folder.write("between.npy", shape: [6, 6, 4], between.values)
    still.keyFrames = [
      RecipeDraft.KeyFrame(embedding: try folder.write("e.npy", shape: [77, 16], embedding.values))
    ]
    let expected = try TinyModel.renderer(still).frame(0)
    #expect(largestDifference(try renderer.frame(1)?.latents, expected?.latents) < 1e-4)
  }

  @Test("a mixture with a seed twice, or with weights that no number holds, is refused")
  func seedsTwice() throws {
    for (weights, field) in [
      ([7: 1, 8: 1, 7: -1], "walk.keyFrames[0].seeds[2].seed"),
      ([7: 1, 8: 1e-200], "walk.keyFrames[0].seeds[1].weight"),
      ([7: 1e200, 8: 1], "walk.keyFrames[0].seeds[0].weight"),
    ] as [(KeyValuePairs<UInt64, Double>, String)] {
      var draft = TinyModel.draft(.image, "a dog")
      draft.keyFrames[0].seeds = seeds(weights)
      let error = #expect(throws: RecipeError.self) { try TinyModel.recipe(draft) }
      #expect(error?.field == field)
    }
  }

  @Test("embeddings go on the great circle, token by token, where it is asked for")
  func spherical() throws {
    var draft = TinyModel.draft(.interpolate, "a dog", "a cat", "an owl")
    let plain = try TinyModel.renderer(draft).frames([0, 1, 2, 3, 4])
    draft.keyFrames[0].interpolation = .spherical
    let frames = try TinyModel.renderer(draft).frames([0, 1, 2, 3, 4])
    for frame in [0, 2, 3, 4] { #expect(frames[frame] == plain[frame], "frame \(frame)") }
    #expect(frames[1] != plain[1])
    let embedding = Tensor.slerpOfRows(try TinyModel.tokens("a dog"), try TinyModel.tokens("a cat"), 0.5)
    #expect(largestDifference(frames[1]?.latents, try image(embedding)?.latents) < 1e-4)
    // For all key frames, but not where one says otherwise.
    (draft.interpolation, draft.keyFrames[0].interpolation) = (.spherical, .linear)
    let others = try TinyModel.renderer(draft).frames([0, 1, 2, 3, 4])
    #expect(others[1] == plain[1] && others[3] != plain[3] && others[4] == plain[4])
  }

  @Test("a closed interpolation leads back: its last leg is that from the last key frame to the first")
  func closed() throws {
    var draft = TinyModel.draft(.interpolate, "a dog", "a cat", "an owl")
    (draft.isLoop, draft.frames) = (true, 6)
    draft.keyFrames[2].seeds = seeds([8: 1])
    let frames = try TinyModel.renderer(draft, batch: 6).frames(Array(0..<6))
    var back = TinyModel.draft(.interpolate, "an owl", "a dog")
    back.frames = 3
    back.keyFrames[0].seeds = seeds([8: 1])
    let lastLeg = try TinyModel.renderer(back).frames([0, 1, 2])
    #expect(frames[4] == lastLeg[0] && frames[0] == lastLeg[2])
    #expect(largestDifference(frames[5]?.latents, lastLeg[1]?.latents) < 1e-5)
    #expect(Set(frames.values.map(\.latents)).count == 6)
    #expect(try TinyModel.renderer(draft, batch: 1).frames([5, 0, 3, 1, 4, 2]) == frames)
  }

  @Test("a held key frame is one picture, and the way around it is eased")
  func held() throws {
    var draft = TinyModel.draft(.interpolate, "a dog", "a cat")
    (draft.frames, draft.keyFrames[0].hold, draft.keyFrames[0].easing) = (nil, .frames(2), .in)
    draft.keyFrames[1].time = .at(.frames(6))
    let renderer = try TinyModel.renderer(draft, batch: 3)
    let frames = try renderer.frames(Array(0..<7))
    #expect(frames[0] == frames[1] && frames[1] == frames[2] && frames[2] != frames[3])
    #expect(try frames[6] == TinyModel.renderer(TinyModel.draft(.image, "a cat")).frame(0))
    // A quarter of the time, easing in: 0.0934646507 of the way.
    let u = Float(Easing.in(0.25))
    let embedding = (1 - u) * (try TinyModel.tokens("a dog")) + u * (try TinyModel.tokens("a cat"))
    #expect(largestDifference(frames[3]?.latents, try image(embedding)?.latents) < 1e-4)
  }

  @Test("a loop is a circle around its seed's noise; of radius 0 it is the seed's picture")
  func loop() throws {
    var draft = TinyModel.draft(.loop, "a dog")
    (draft.radius, draft.frames) = (0.6, 4)
    let frames = try TinyModel.renderer(draft).frames([0, 1, 2, 3])
    for frame in 0..<4 {
      let weights = [[0.8, 0.6, 0], [0.8, 0, 0.6], [0.8, -0.6, 0], [0.8, 0, -0.6]][frame]
      let noise = Tensor.combined((0..<3).map { Self.noise(7, draw: $0) }, weights: weights)
      let expected = try image("a dog", noise)
      #expect(largestDifference(frames[frame]?.latents, expected?.latents) < 1e-4, "frame \(frame)")
    }
    #expect(try TinyModel.renderer(draft, batch: 1).frames([3, 1, 0, 2]) == frames)
    (draft.radius, draft.harmonics) = (0, 3)
    let still = try TinyModel.renderer(draft).frames([0, 1, 2, 3])
    let picture = try TinyModel.renderer(TinyModel.draft(.image, "a dog")).frame(0)
    #expect(still.values.allSatisfy { $0 == picture })
  }

  @Test("a drift of the noise turns away from the seed's noise by its angle a frame")
  func drift() throws {
    var draft = TinyModel.draft(.drift, "a dog")
    (draft.drift.angle, draft.drift.turn) = (0.3, 1)
    let frames = try expectDrifting(draft)
    let noise = mix(Float(0.3.cosine), Self.noise(7), Float(0.3.sine), Self.noise(7, draw: 1))
    let expected = try image("a dog", noise)
    #expect(largestDifference(frames[1]?.latents, expected?.latents) < 1e-4)
    // Two frames on one leg are as far from each other as two on others.
    draft.drift.turn = 2
    #expect(
      try TinyModel.recipe(draft).walk.drift == Recipe.Drift(space: .noise, legs: 2, angle: 0.6, spread: 0))
    let gliding = try expectDrifting(draft)
    let middle = Tensor.slerp(
      Self.noise(7), mix(Float(0.6.cosine), Self.noise(7), Float(0.6.sine), Self.noise(7, draw: 1)), 0.5)
    #expect(largestDifference(gliding[1]?.latents, try image("a dog", middle)?.latents) < 1e-4)
  }

  @Test("a drift of the embedding moves it in random directions, drawn after the seed's noise")
  func embeddingDrift() throws {
    var draft = TinyModel.draft(.drift, "a dog")
    draft.drift.space = .embedding
    (draft.drift.angle, draft.drift.turn, draft.drift.spread) = (0.3, 1, 0.5)
    let frames = try expectDrifting(draft)
    let directions = NoiseGenerator.pytorch.normals(seed: 7, draws: 1..<3, height: 77, width: 1, channels: 16)
    let scale = 0.5 * 0.3.sine
    let first = Float(scale) * directions[0].reshaped([1, 77, 16])
    #expect(
      largestDifference(frames[1]?.latents, try image(TinyModel.tokens("a dog") + first)?.latents) < 1e-4)
    let second = Float(0.3.cosine) * first + Float(scale) * directions[1].reshaped([1, 77, 16])
    #expect(
      largestDifference(frames[2]?.latents, try image(TinyModel.tokens("a dog") + second)?.latents) < 1e-4)
  }

  /// Expects that a drift begins at its image, is the same for the same seed and in any batch, and another for another.
  private func expectDrifting(_ draft: RecipeDraft) throws -> [Int: Frame] {
    let frames = try TinyModel.renderer(draft, batch: 5).frames([0, 1, 2, 3, 4])
    #expect(try frames[0] == TinyModel.renderer(TinyModel.draft(.image, "a dog")).frame(0))
    #expect(Set(frames.values.map(\.latents)).count == 5)
    #expect(try TinyModel.renderer(draft, batch: 2).frames([4, 1, 3, 0, 2]) == frames)
    var other = draft
    other.seed = 8
    #expect(try TinyModel.renderer(other).frame(4) != frames[4])
    return frames
  }

  @Test("a sheet has its prompts' pictures in its corners", arguments: 2...4)
  func grid(count: Int) throws {
    let prompts = ["a dog", "a cat", "an owl", "a hat"]
    var draft = TinyModel.draft(.grid)
    draft.keyFrames = prompts.prefix(count).map { RecipeDraft.KeyFrame(prompt: $0) }
    draft.keyFrames[count - 1].seeds = seeds([8: 1])
    (draft.frames, draft.grid) = (nil, Recipe.Grid(columns: 3, rows: 2))
    let renderer = try TinyModel.renderer(draft, batch: 6)
    #expect(renderer.recipe.walk.timing == Timing(frameCount: 6))
    let frames = try renderer.frames(Array(0..<6))
    // Row 1 leads back: its first cell is the last frame.
    let corners = [(0, 0), (2, 1), (5, count == 2 ? 0 : 2), (3, count == 2 ? 1 : 3)]
    for (frame, corner) in corners where corner < count {
      var still = TinyModel.draft(.image, prompts[corner])
      still.seed = corner == count - 1 ? 8 : 7
      #expect(try frames[frame] == TinyModel.renderer(still).frame(0), "frame \(frame)")
    }
    #expect(try TinyModel.renderer(draft, batch: 1).frames([5, 3, 1, 0, 2, 4]) == frames)
    #expect(Set(frames.values.map(\.latents)).count == (count == 2 ? 3 : 6))
    // As an animation, it walks over the sheet with more frames than cells.
    draft.frames = 11
    let walked = try TinyModel.renderer(draft).frames(Array(stride(from: 0, to: 11, by: 2)))
    for cell in 0..<6 { #expect(walked[2 * cell] == frames[cell]) }
  }
}

extension Double {
  fileprivate var cosine: Double { Glibc.cos(self) }
  fileprivate var sine: Double { Glibc.sin(self) }
}

func largestDifference(_ a: [Float]?, _ b: [Float]?) -> Float {
  guard let a, let b, a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
