import LatentWalk
import Sampling
import Tensors
import TestFolders
import Testing
import Walks

/// Key frames are values: each has its own prompt, negative prompt, guidance, noise and sampling.
@Suite struct KeyFrameTests {
  private let recipe: Recipe

  init() throws { recipe = try TinyModel.recipe(TinyModel.draft(.interpolate, "a dog", "a cat")) }

  /// The picture of a key frame alone.
  private func image(of keyFrame: Recipe.KeyFrame) throws -> Frame? {
    let walk = Recipe.Walk(kind: .image, keyFrames: [keyFrame], timing: Timing(frameCount: 1))
    let still = try Recipe(
      model: recipe.model, walk: walk, settings: recipe.settings, playback: recipe.playback)
    return try TinyModel.renderer(still).frame(0)
  }

  /// Expects that the first and the last of five frames are the key frames' pictures, that the others are different,
  /// and that all are the same whatever is rendered together.
  private func expectPassing(
    _ recipe: Recipe, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [Int: Frame] {
    let frames = try TinyModel.renderer(recipe, batch: 5).frames([0, 1, 2, 3, 4])
    for (frame, keyFrame) in [(0, recipe.walk.keyFrames[0]), (4, recipe.walk.keyFrames[1])] {
      #expect(try frames[frame] == image(of: keyFrame), "frame \(frame)", sourceLocation: sourceLocation)
    }
    #expect(Set(frames.values.map(\.latents)).count == 5, sourceLocation: sourceLocation)
    let alone = try TinyModel.renderer(recipe, batch: 1).frames([4, 2, 0, 3, 1])
    #expect(alone == frames, sourceLocation: sourceLocation)
    return frames
  }

  /// The noise of a point.
  private func mixture(_ mixture: Mixture, of noises: [Tensor]) -> Tensor {
    func combined(_ sum: LinearCombination) -> Tensor {
      zip(noises, sum.weights).reduce(Tensor(shape: noises[0].shape, repeating: 0)) {
        $0 + Float($1.1) * $1.0
      }
    }
    return switch mixture {
    case .sum(let sum): combined(sum)
    case .arc(let from, let to, let fraction): .slerp(combined(from), combined(to), fraction)
    }
  }

  @Test("guidance that differs is combined with the weights of the conditionings", arguments: [3, 1, -2])
  func guidance(second: Double) throws {
    let frames = try expectPassing(recipe.with { $0.keyFrames[1].guidance = second })
    // Half-way, both key frames with the mean of their guidances.
    let mean = (7.5 + second) / 2
    let even = try recipe.with { walk in
      for index in 0..<2 { walk.keyFrames[index].guidance = mean }
    }
    #expect(try TinyModel.renderer(even).frame(2) == frames[2])
  }

  @Test("the evaluations of guidance 1 are half as many, at the key frames that have it")
  func evaluations() throws {
    let renderer = try TinyModel.renderer(recipe.with { $0.keyFrames[1].guidance = 1 })
    #expect(try [0, 2, 4].map { try renderer.evaluations(of: [$0]) } == [6, 6, 3])
    #expect(try renderer.evaluations(of: [0, 1, 2, 3, 4]) == 27)
  }

  @Test("negative prompts that differ are combined, too")
  func negativePrompts() throws {
    let frames = try expectPassing(recipe.with { $0.keyFrames[1].negativePrompt = "an owl" })
    let both = try recipe.with { walk in
      for index in 0..<2 { walk.keyFrames[index].negativePrompt = "an owl" }
    }
    let others = try TinyModel.renderer(both).frames([0, 2, 4])
    #expect(others[0] != frames[0] && others[2] != frames[2] && others[4] == frames[4])
  }

  @Test("negative prompts of different lengths are padded")
  func negativeLengths() throws {
    var draft = TinyModel.draft(.interpolate, "a dog", "a cat")
    draft.promptReading.syntax = .a1111
    let recipe = try TinyModel.recipe(draft).with { $0.keyFrames[1].negativePrompt = "an owl BREAK a hat" }
    let frames = try TinyModel.renderer(recipe, batch: 5).frames([0, 1, 2, 3, 4])
    #expect(Set(frames.values.map(\.latents)).count == 5)
    #expect(try TinyModel.renderer(recipe, batch: 2).frames([3, 1]) == frames.filter { $0.key % 2 == 1 })
  }

  @Test("key frames with seeds of their own have their own pictures, and one seed is one noise")
  func seeds() throws {
    #expect(recipe.walk.path.noiseCount == 1)
    let other = try recipe.with { $0.keyFrames[1].seed = 8 }
    #expect(other.walk.path.noiseCount == 2)
    _ = try expectPassing(other)
    let three = try recipe.with { walk in
      walk.keyFrames = ([7, 8, 7] as [UInt64]).map { seed in
        var keyFrame = walk.keyFrames[0]
        keyFrame.seed = seed
        return keyFrame
      }
    }
    #expect(three.walk.path.noiseCount == 2)
    let frames = try TinyModel.renderer(three).frames([0, 2, 4])
    #expect(frames[0] == frames[4] && frames[0] != frames[2])
  }

  @Test("between seeds the noise is on the great circle, and keeps variance one")
  func variance() throws {
    var draft = TinyModel.draft(.interpolate, "a dog", "a dog")
    (draft.width, draft.height) = (128, 128)
    let recipe = try TinyModel.recipe(draft).with { $0.keyFrames[1].seed = 8 }
    let path = recipe.walk.path
    let noises = [7, 8].map { seed in
      NoiseGenerator.pytorch.normals(seed: seed, draw: 0, height: 64, width: 64, channels: 4)
    }
    for frame in 0..<5 {
      let point = path.point(at: recipe.walk.timing.position(of: frame, on: path))
      let mixed = mixture(point.noise, of: noises)
      let variance = mixed.values.reduce(0) { $0 + Double($1 * $1) } / Double(mixed.values.count)
      // 16384 numbers: the variance's own deviation is 0.011.
      #expect(abs(variance - 1) < 0.04, "frame \(frame): \(variance)")
    }
  }

  @Test("a noise file of one key frame takes the place of its seed's noise alone")
  func noiseFile() throws {
    let folder = try TemporaryFolder()
    let noise = NoiseGenerator.pytorch.normals(seed: 99, draw: 0, height: 6, width: 6, channels: 4)
    var draft = TinyModel.draft(.image, "a cat")
    draft.noise = try folder.write("noise.npy", shape: [6, 6, 4], noise.values)
    let still = try TinyModel.recipe(draft)
    let other = try recipe.with { $0.keyFrames[1].noise = still.walk.keyFrames[0].noise }
    let frames = try expectPassing(other)
    #expect(try frames[4] == TinyModel.renderer(still).frame(0))
  }

  @Test("sampling holds from its key frame to the next, and frames of different sampling are no batch")
  func sampling() throws {
    let euler = Recipe.Sampling(sampler: .euler, schedule: .trailing, steps: 5)
    let other = try recipe.with { $0.keyFrames[1].sampling = euler }
    let renderer = try TinyModel.renderer(other, batch: 5)
    #expect(try (0..<5).map { try renderer.schedule(of: $0).count } == [3, 3, 3, 3, 5])
    #expect(
      try (0..<5).map { try renderer.schedule(of: $0).sampler } == [.ddim, .ddim, .ddim, .ddim, .euler])
    let frames = try expectPassing(other)
    // Before the second key frame, its sampling changes nothing.
    let plain = try TinyModel.renderer(recipe).frames([0, 1, 2, 3])
    #expect(frames.filter { $0.key < 4 } == plain)
  }

  @Test("a measured pace shows the pictures of its positions")
  func measuredPace() throws {
    let even = try TinyModel.renderer(recipe).frames([0, 1, 2, 3, 4])
    let measured = try recipe.with {
      $0.timing = Timing(
        frameCount: 6, measured: Timing.Measured(extra: 0.3, positions: [0, 0.75, 0.5, 0.5, 0.25, 1]))
    }
    let frames = try TinyModel.renderer(measured, batch: 4).frames([0, 1, 2, 3, 4, 5])
    #expect([0, 3, 2, 2, 1, 4].map { even[$0] } == (0..<6).map { frames[$0] })
    #expect(!measured.hasSameFrames(as: recipe))
  }

  @Test("a measured pace around a circle may stand at its end, which is its beginning")
  func measuredCircle() throws {
    let circle = try TinyModel.recipe(TinyModel.draft(.circle, "a dog"))
    let measured = try circle.with {
      $0.timing = Timing(frameCount: 3, measured: Timing.Measured(extra: 0.3, positions: [0, 1, 4]))
    }
    let frames = try TinyModel.renderer(measured).frames([0, 1, 2])
    #expect(frames[0] == frames[2] && frames[0] != frames[1])
  }
}
