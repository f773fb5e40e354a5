import Checkpoints
import LatentWalk
import Sampling
import StableDiffusion
import Tensors
import Testing

/// The same recipe gives the same bits, and each walk's frames are the pictures that its formula names.
@Suite struct RendererTests {
  @Test(
    "a frame has the same bits alone, in any batch, with any number of threads and in any order",
    arguments: [("sd1", 64, 64), ("two-stages", 40, 24)])
  func sameBits(model: String, width: Int, height: Int) throws {
    let generator = try TinyModel.generator(model)
    let threads = Engine.threadCount
    defer { Engine.setThreadCount(threads) }
    for var recipe in [
      TinyModel.recipe(.interpolate, "a dog", "a cat", model: model),
      TinyModel.recipe(.circle, "a cat", model: model),
    ] {
      (recipe.width, recipe.height) = (width, height)
      recipe.steps = 2
      Engine.setThreadCount(1)
      let expected = try Renderer(recipe, with: generator, batch: 1).frames([0, 1, 2, 3, 4])
      #expect(Set(expected.values.map(\.picture)).count == 5)
      for (batch, threads) in [(2, 2), (5, 3)] {
        Engine.setThreadCount(threads)
        let renderer = try Renderer(recipe, with: generator, batch: batch)
        #expect(try renderer.frames([4, 0, 3, 1, 2]) == expected, "batch \(batch), \(threads) threads")
        #expect(try renderer.frame(3) == expected[3], "batch \(batch), \(threads) threads")
      }
      #expect(try Renderer(recipe, with: generator).frames([0, 1, 2, 3, 4]) == expected)
    }
  }

  @Test(
    "with a sampler that adds noise, a frame has the same bits alone, in any batch and in any order",
    arguments: [SamplerName.eulerAncestral, .dpmSolverSDE, .lcm])
  func sameNoise(sampler: SamplerName) throws {
    let generator = try TinyModel.generator()
    for kind in [Recipe.WalkKind.circle, .walk] {
      var recipe = TinyModel.recipe(kind, "a cat")
      (recipe.sampler, recipe.schedule) = (sampler, .trailing)
      let expected = try Renderer(recipe, with: generator, batch: 1).frames([0, 1, 2, 3, 4])
      #expect(Set(expected.values.map(\.latents)).count == 5)
      for batch in [2, 5] {
        let renderer = try Renderer(recipe, with: generator, batch: batch)
        #expect(try renderer.frames([4, 0, 3, 1, 2]) == expected)
        #expect(try renderer.frame(3) == expected[3])
      }
    }
  }

  @Test("a walk's steps add the draws of the seed that follow its own, and a noise file changes none of them")
  func stepNoises() throws {
    let generator = try TinyModel.generator()
    let folder = try TemporaryFolder()
    let draws = NoiseGenerator.pytorch.normals(seed: 7, draws: 0..<5, height: 6, width: 6, channels: 4)
    for (kind, drawn) in [(Recipe.WalkKind.image, 1), (.circle, 2)] {
      var recipe = TinyModel.recipe(kind, "a dog")
      (recipe.sampler, recipe.schedule) = (.eulerAncestral, .trailing)
      let frame = try #require(try Renderer(recipe, with: generator).frame(0))
      recipe.noise = try folder.write("noise.npy", shape: [6, 6, 4], draws[0].values)
      #expect(try Renderer(recipe, with: generator).frame(0) == frame)

      let guidance = Guidance(
        conditional: generator.prompts("a dog").embedding, unconditional: generator.prompts("").embedding,
        scale: 7.5)
      let levels = try generator.levels(steps: 3, schedule: .trailing, sampler: .eulerAncestral)
      let steps = generator.denoising(
        draws[0], guidedBy: guidance, through: levels, stepNoises: Array(draws[drawn..<drawn + 3]))
      #expect(steps.reduce(draws[0]) { $1.latents }.values == frame.latents)
    }
  }

  @Test("the evaluations that are promised count the second ones of heun and pndm")
  func evaluations() throws {
    let generator = try TinyModel.generator()
    for (sampler, count) in [(SamplerName.heun, 10), (.pndm, 8), (.unipc, 6)] {
      var recipe = TinyModel.recipe(.image, "a dog")
      recipe.sampler = sampler
      #expect(try Renderer(recipe, with: generator).evaluationsPerFrame == count)
    }
  }

  @Test("an interpolation passes through the pictures of its prompts")
  func interpolation() throws {
    let generator = try TinyModel.generator()
    let renderer = try Renderer(TinyModel.recipe(.interpolate, "a dog", "a cat", "an owl"), with: generator)
    for (frame, prompt) in [(0, "a dog"), (2, "a cat"), (4, "an owl")] {
      let picture = try Renderer(TinyModel.recipe(.image, prompt), with: generator).frame(0)
      #expect(try renderer.frame(frame) == picture, "\(prompt)")
    }
  }

  @Test("a circle passes through its two noises and their opposites")
  func circle() throws {
    let generator = try TinyModel.generator()
    let folder = try TemporaryFolder()
    var recipe = TinyModel.recipe(.circle, "a dog")
    recipe.frames = 4
    let renderer = try Renderer(recipe, with: generator)
    for frame in 0..<4 {
      let noise = NoiseGenerator.pytorch.normals(seed: 7, draw: frame % 2, height: 6, width: 6, channels: 4)
      let signed = frame < 2 ? noise : -1 * noise
      var still = TinyModel.recipe(.image, "a dog")
      still.noise = try folder.write("\(frame).npy", shape: [6, 6, 4], signed.values)
      #expect(try renderer.frame(frame) == Renderer(still, with: generator).frame(0), "frame \(frame)")
    }
  }

  @Test("a walk adds its step size to every component of the embedding, once a frame")
  func walk() throws {
    let generator = try TinyModel.generator()
    let folder = try TemporaryFolder()
    var recipe = TinyModel.recipe(.walk, "a dog")
    recipe.stepSize = -0.25
    let renderer = try Renderer(recipe, with: generator)
    for frame in [0, 3] {
      let embedding = generator.prompts("a dog").embedding + Float(frame) * -0.25
      var still = TinyModel.recipe(.image)
      still.embedding = try folder.write("\(frame).npy", shape: [77, 16], embedding.values)
      #expect(try renderer.frame(frame) == Renderer(still, with: generator).frame(0), "frame \(frame)")
    }
  }

  @Test("guidance 1 follows the prompt alone and evaluates half as much")
  func guidanceOne() throws {
    let generator = try TinyModel.generator()
    var recipe = TinyModel.recipe(.image, "a dog")
    let guided = try Renderer(recipe, with: generator)
    recipe.guidance = 1
    let plain = try Renderer(recipe, with: generator)
    recipe.negativePrompt = "a cat"
    let negative = try Renderer(recipe, with: generator)
    #expect(plain.evaluationsPerFrame == 3)
    #expect(guided.evaluationsPerFrame == 6)
    #expect(try plain.frame(0) == negative.frame(0))
    #expect(try plain.frame(0) != guided.frame(0))

    // Both halves, weighted 0.000001 and 0.999999, come close to the one half.
    recipe.guidance = 0.999999
    let nearly = try #require(try Renderer(recipe, with: generator).frame(0)).latents
    let exactly = try #require(try plain.frame(0)).latents
    #expect(zip(nearly, exactly).allSatisfy { abs($0 - $1) < 1e-3 })
  }

  @Test("a negative prompt changes a guided picture")
  func negativePrompt() throws {
    let generator = try TinyModel.generator()
    var recipe = TinyModel.recipe(.image, "a dog")
    let without = try Renderer(recipe, with: generator).frame(0)
    recipe.negativePrompt = "a cat"
    #expect(try Renderer(recipe, with: generator).frame(0) != without)
  }

  @Test(
    "the seed's noise from a file, in either layout, gives the seed's picture",
    arguments: NoiseGenerator.allCases)
  func noiseFile(generator rng: NoiseGenerator) throws {
    let generator = try TinyModel.generator()
    let folder = try TemporaryFolder()
    var recipe = TinyModel.recipe(.image, "a dog")
    (recipe.rng, recipe.width, recipe.height) = (rng, 12, 20)
    let drawn = try Renderer(recipe, with: generator).frame(0)

    let noise = rng.normals(seed: 7, draw: 0, height: 10, width: 6, channels: 4)
    let layouts = [
      ([10, 6, 4], noise.values), ([4, 10, 6], noise.channelsFirst().values), ([1, 10, 6, 4], noise.values),
    ]
    for (shape, values) in layouts {
      recipe.noise = try folder.write("noise.npy", shape: shape, values)
      #expect(try Renderer(recipe, with: generator).frame(0) == drawn, "\(shape)")
    }
  }

  @Test("other seeds and other libraries' random numbers give other pictures")
  func seeds() throws {
    let generator = try TinyModel.generator()
    var pictures: [Frame?] = []
    for rng in NoiseGenerator.allCases {
      for seed in [0, 1, 4_000_000_000] as [UInt64] {
        var recipe = TinyModel.recipe(.image, "a dog")
        (recipe.rng, recipe.seed) = (rng, seed)
        pictures.append(try Renderer(recipe, with: generator).frame(0))
      }
    }
    #expect(Set(pictures.map { $0?.latents }).count == 12)
  }

  @Test("a prompt's embedding from a file gives the prompt's picture")
  func embeddingFile() throws {
    let generator = try TinyModel.generator()
    let folder = try TemporaryFolder()
    let embedding = generator.prompts("a dog").embedding
    let prompted = try Renderer(TinyModel.recipe(.image, "a dog"), with: generator).frame(0)
    for shape in [[77, 16], [1, 77, 16]] {
      var recipe = TinyModel.recipe(.image)
      recipe.embedding = try folder.write("embedding.npy", shape: shape, embedding.values)
      #expect(try Renderer(recipe, with: generator).frame(0) == prompted)
    }
  }

  @Test("each step of each batch is told, then each of its frames")
  func events() throws {
    var recipe = TinyModel.recipe(.circle, "a dog")
    recipe.steps = 2
    var told: [String] = []
    try Renderer(recipe, with: TinyModel.generator(), batch: 2).render([0, 1, 2]) { event in
      switch event {
      case .step(let step, let count, let frames): told.append("step \(step) of \(count) for \(frames)")
      case .frame(let frame, _, _): told.append("frame \(frame)")
      case .encoded: told.append("encoded")
      }
    }
    #expect(
      told == [
        "step 1 of 2 for [0, 1]", "step 2 of 2 for [0, 1]", "frame 0", "frame 1", "step 1 of 2 for [2]",
        "step 2 of 2 for [2]", "frame 2",
      ])
  }

  @Test("the end of a prompt that is too long is told")
  func droppedTexts() throws {
    let long = (1...80).map { "\($0)" }.joined(separator: " ")
    let generator = try TinyModel.generator()
    let renderer = try Renderer(TinyModel.recipe(.interpolate, "a dog", long), with: generator)
    #expect(renderer.droppedTexts.count == 1)
    #expect(renderer.droppedTexts.first?.hasSuffix("79 80") == true)
    #expect(try Renderer(TinyModel.recipe(.image, "a dog"), with: generator).droppedTexts.isEmpty)
  }
}

/// What a recipe can ask of a model that it does not have.
@Suite struct RecipeRefusalTests {
  private func refusal(
    _ recipe: Recipe, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let generator = try TinyModel.generator()
    let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
      _ = try Renderer(recipe, with: generator)
    }
    return error.map { "\($0)" } ?? ""
  }

  @Test("a size that is no multiple of the model's is refused, and the nearest is named")
  func size() throws {
    for (width, height, nearest) in [
      (13, 12, "14 x 12"), (14, 31, "14 x 32"), (0, 4, "2 x 4"), (-8, 1, "2 x 2"),
    ] {
      var recipe = TinyModel.recipe(.image, "a dog")
      (recipe.width, recipe.height) = (width, height)
      let sentence = try refusal(recipe)
      #expect(sentence.contains("\(width) x \(height)") && sentence.contains("multiples of 2"))
      #expect(sentence.contains(nearest))
    }
  }

  @Test("noise of another shape is refused, and both right shapes are named")
  func noiseShape() throws {
    let folder = try TemporaryFolder()
    var recipe = TinyModel.recipe(.image, "a dog")
    recipe.noise = try folder.write("noise.npy", shape: [4, 8, 8], [Float](repeating: 0, count: 256))
    let sentence = try refusal(recipe)
    for part in ["noise.npy", "[4, 8, 8]", "[4, 6, 6]", "[6, 6, 4]", "--width"] {
      #expect(sentence.contains(part))
    }
  }

  @Test("an embedding of another width is refused, and the right shape is named")
  func embeddingShape() throws {
    let folder = try TemporaryFolder()
    var recipe = TinyModel.recipe(.image)
    recipe.embedding = try folder.write("e.npy", shape: [77, 32], [Float](repeating: 0, count: 77 * 32))
    let sentence = try refusal(recipe)
    for part in ["e.npy", "[77, 32]", "[77, 16]", "latentwalk encode"] { #expect(sentence.contains(part)) }
  }

  @Test("noise or an embedding with a number that is none is refused", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) throws {
    let folder = try TemporaryFolder()
    var recipe = TinyModel.recipe(.image, "a dog")
    recipe.noise = try folder.write(
      "noise.npy", shape: [4, 6, 6], [value] + [Float](repeating: 0, count: 143))
    #expect(try refusal(recipe).contains("noise.npy"))
    recipe = TinyModel.recipe(.image)
    recipe.embedding = try folder.write(
      "e.npy", shape: [77, 16], [value] + [Float](repeating: 0, count: 77 * 16 - 1))
    #expect(try refusal(recipe).contains("e.npy"))
  }

  @Test("a noise file that is not there is refused by its name")
  func noNoise() throws {
    var recipe = TinyModel.recipe(.image, "a dog")
    recipe.noise = try Recipe.FileReference(path: "/nowhere/noise.npy")
    #expect(try refusal(recipe).contains("/nowhere/noise.npy"))
  }

  @Test("a seed that NumPy would not take is refused, and the largest is named")
  func seed() throws {
    var recipe = TinyModel.recipe(.image, "a dog")
    (recipe.seed, recipe.rng) = (1 << 32, .numpy)
    let sentence = try refusal(recipe)
    #expect(sentence.contains("4294967296") && sentence.contains("4294967295"))
  }

  @Test("more steps than the model was trained with are refused")
  func steps() throws {
    var recipe = TinyModel.recipe(.image, "a dog")
    recipe.steps = 1001
    #expect(try refusal(recipe).contains("1 to 1000"))
  }

  @Test("prompts that do not fit into a file's recipe are refused before any work")
  func recipeTooLong() throws {
    let recipe = TinyModel.recipe(.image, String(repeating: "a dog ", count: 12_000))
    #expect(try refusal(recipe).contains("Shorten the prompts"))
  }
}
