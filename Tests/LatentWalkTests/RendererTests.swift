import Checkpoints
import LatentWalk
import Sampling
import StableDiffusion
import Tensors
import TestFolders
import Testing

/// The same recipe gives the same bits, and each walk's frames are the pictures that its formula names.
@Suite struct RendererTests {
  @Test(
    "a frame has the same bits alone, in any batch, with any number of threads and in any order",
    arguments: [("sd1", 64, 64), ("two-stages", 40, 24)])
  func sameBits(model: String, width: Int, height: Int) throws {
    let threads = Engine.threadCount
    defer { Engine.setThreadCount(threads) }
    for var draft in [
      TinyModel.draft(.interpolate, "a dog", "a cat", model: model),
      TinyModel.draft(.circle, "a cat", model: model),
    ] {
      (draft.width, draft.height) = (width, height)
      draft.steps = 2
      Engine.setThreadCount(1)
      let expected = try TinyModel.renderer(draft, batch: 1).frames([0, 1, 2, 3, 4])
      #expect(Set(expected.values.map(\.picture)).count == 5)
      for (batch, threads) in [(2, 2), (5, 3)] {
        Engine.setThreadCount(threads)
        let renderer = try TinyModel.renderer(draft, batch: batch)
        #expect(try renderer.frames([4, 0, 3, 1, 2]) == expected, "batch \(batch), \(threads) threads")
        #expect(try renderer.frame(3) == expected[3], "batch \(batch), \(threads) threads")
      }
      #expect(try TinyModel.renderer(draft).frames([0, 1, 2, 3, 4]) == expected)
    }
  }

  @Test(
    "with a sampler that adds noise, a frame has the same bits alone, in any batch and in any order",
    arguments: [SamplerName.eulerAncestral, .dpmSolverSDE, .lcm])
  func sameNoise(sampler: SamplerName) throws {
    for kind in [Recipe.WalkKind.circle, .walk] {
      var draft = TinyModel.draft(kind, "a cat")
      (draft.sampler, draft.schedule) = (sampler, .trailing)
      let expected = try TinyModel.renderer(draft, batch: 1).frames([0, 1, 2, 3, 4])
      #expect(Set(expected.values.map(\.latents)).count == 5)
      for batch in [2, 5] {
        let renderer = try TinyModel.renderer(draft, batch: batch)
        #expect(try renderer.frames([4, 0, 3, 1, 2]) == expected)
        #expect(try renderer.frame(3) == expected[3])
      }
    }
  }

  @Test("a walk's steps add the draws of the seed that follow its own, and a noise file changes none of them")
  func stepNoises() throws {
    let folder = try TemporaryFolder()
    let draws = NoiseGenerator.pytorch.normals(seed: 7, draws: 0..<5, height: 6, width: 6, channels: 4)
    for (kind, drawn) in [(Recipe.WalkKind.image, 1), (.circle, 2)] {
      var draft = TinyModel.draft(kind, "a dog")
      (draft.sampler, draft.schedule) = (.eulerAncestral, .trailing)
      let frame = try #require(try TinyModel.renderer(draft).frame(0))
      draft.noise = try folder.write("noise.npy", shape: [6, 6, 4], draws[0].values)
      #expect(try TinyModel.renderer(draft).frame(0) == frame)

      let (pipeline, encoder) = (try TinyModel.pipeline(), try TinyModel.pipeline().promptEncoder())
      let guidance = Guidance(
        conditional: encoder("a dog").conditioning, unconditional: encoder("").conditioning, scale: 7.5)
      let schedule = try pipeline.schedule(steps: 3, kind: .trailing, sampler: .eulerAncestral)
      let steps = try pipeline.denoising(
        draws[0], guidedBy: guidance, through: schedule, stepNoises: Array(draws[drawn..<drawn + 3]))
      #expect(steps.reduce(draws[0]) { $1.latents }.values == frame.latents)
    }
  }

  @Test("the evaluations that are promised count the second ones of heun and pndm")
  func evaluations() throws {
    for (sampler, count) in [(SamplerName.heun, 10), (.pndm, 8), (.unipc, 6)] {
      var draft = TinyModel.draft(.image, "a dog")
      draft.sampler = sampler
      #expect(try TinyModel.renderer(draft).evaluations(of: [0]) == count)
    }
  }

  @Test("an interpolation passes through the pictures of its prompts")
  func interpolation() throws {
    let renderer = try TinyModel.renderer(TinyModel.draft(.interpolate, "a dog", "a cat", "an owl"))
    for (frame, prompt) in [(0, "a dog"), (2, "a cat"), (4, "an owl")] {
      let picture = try TinyModel.renderer(TinyModel.draft(.image, prompt)).frame(0)
      #expect(try renderer.frame(frame) == picture, "\(prompt)")
    }
  }

  @Test("a circle passes through its two noises and their opposites")
  func circle() throws {
    let folder = try TemporaryFolder()
    var draft = TinyModel.draft(.circle, "a dog")
    draft.frames = 4
    let renderer = try TinyModel.renderer(draft)
    for frame in 0..<4 {
      let noise = NoiseGenerator.pytorch.normals(seed: 7, draw: frame % 2, height: 6, width: 6, channels: 4)
      let signed = frame < 2 ? noise : -1 * noise
      var still = TinyModel.draft(.image, "a dog")
      still.noise = try folder.write("\(frame).npy", shape: [6, 6, 4], signed.values)
      #expect(try renderer.frame(frame) == TinyModel.renderer(still).frame(0), "frame \(frame)")
    }
  }

  @Test("a walk adds its step size to every component of the embedding, once a frame")
  func walk() throws {
    let folder = try TemporaryFolder()
    var draft = TinyModel.draft(.walk, "a dog")
    draft.stepSize = -0.25
    let renderer = try TinyModel.renderer(draft)
    for frame in [0, 3] {
      let embedding = try TinyModel.tokens("a dog") + Float(frame) * -0.25
      var still = TinyModel.draft(.image)
      let file = try folder.write("\(frame).npy", shape: [77, 16], embedding.values)
      still.keyFrames = [RecipeDraft.KeyFrame(embedding: file)]
      #expect(try renderer.frame(frame) == TinyModel.renderer(still).frame(0), "frame \(frame)")
    }
  }

  @Test("guidance 1 follows the prompt alone and evaluates half as much")
  func guidanceOne() throws {
    var draft = TinyModel.draft(.image, "a dog")
    let guided = try TinyModel.renderer(draft)
    draft.guidance = 1
    let plain = try TinyModel.renderer(draft)
    draft.negativePrompt = "a cat"
    let negative = try TinyModel.renderer(draft)
    #expect(try plain.evaluations(of: [0]) == 3)
    #expect(try guided.evaluations(of: [0]) == 6)
    #expect(try plain.frame(0) == negative.frame(0))
    #expect(try plain.frame(0) != guided.frame(0))

    // Both halves, weighted 0.000001 and 0.999999, come close to the one half.
    draft.guidance = 0.999999
    let nearly = try #require(try TinyModel.renderer(draft).frame(0)).latents
    let exactly = try #require(try plain.frame(0)).latents
    #expect(zip(nearly, exactly).allSatisfy { abs($0 - $1) < 1e-3 })
  }

  @Test("a negative prompt changes a guided picture")
  func negativePrompt() throws {
    var draft = TinyModel.draft(.image, "a dog")
    let without = try TinyModel.renderer(draft).frame(0)
    draft.negativePrompt = "a cat"
    #expect(try TinyModel.renderer(draft).frame(0) != without)
  }

  @Test(
    "the seed's noise from a file, in either layout, gives the seed's picture",
    arguments: NoiseGenerator.allCases)
  func noiseFile(rng: NoiseGenerator) throws {
    let folder = try TemporaryFolder()
    var draft = TinyModel.draft(.image, "a dog")
    (draft.rng, draft.width, draft.height) = (rng, 12, 20)
    let drawn = try TinyModel.renderer(draft).frame(0)

    let noise = rng.normals(seed: 7, draw: 0, height: 10, width: 6, channels: 4)
    let layouts = [
      ([10, 6, 4], noise.values), ([4, 10, 6], noise.channelsFirst().values), ([1, 10, 6, 4], noise.values),
    ]
    for (shape, values) in layouts {
      draft.noise = try folder.write("noise.npy", shape: shape, values)
      #expect(try TinyModel.renderer(draft).frame(0) == drawn, "\(shape)")
    }
  }

  @Test("other seeds and other libraries' random numbers give other pictures")
  func seeds() throws {
    var pictures: [Frame?] = []
    for rng in NoiseGenerator.allCases {
      for seed in [0, 1, 4_000_000_000] as [UInt64] {
        var draft = TinyModel.draft(.image, "a dog")
        (draft.rng, draft.seed) = (rng, seed)
        pictures.append(try TinyModel.renderer(draft).frame(0))
      }
    }
    #expect(Set(pictures.map { $0?.latents }).count == 12)
  }

  @Test("a prompt's embedding from a file gives the prompt's picture")
  func embeddingFile() throws {
    let folder = try TemporaryFolder()
    let embedding = try TinyModel.tokens("a dog")
    let prompted = try TinyModel.renderer(TinyModel.draft(.image, "a dog")).frame(0)
    for shape in [[77, 16], [1, 77, 16]] {
      var draft = TinyModel.draft(.image)
      let file = try folder.write("embedding.npy", shape: shape, embedding.values)
      draft.keyFrames = [RecipeDraft.KeyFrame(embedding: file)]
      #expect(try TinyModel.renderer(draft).frame(0) == prompted)
    }
  }

  @Test("each step of each batch is an event, then each of its frames")
  func events() throws {
    var draft = TinyModel.draft(.circle, "a dog")
    draft.steps = 2
    var (events, rendering) = ([String](), try TinyModel.renderer(draft, batch: 2).rendering([0, 1, 2]))
    while let event = try rendering.next() {
      switch event {
      case .step(let step): events.append("step \(step.taken) of \(step.count) for \(step.frames)")
      case .frame(let frame, _, _): events.append("frame \(frame)")
      case .preparation: events.append("preparation")
      case .encoded: events.append("encoded")
      }
    }
    #expect(
      events == [
        "step 1 of 2 for [0, 1]", "step 2 of 2 for [0, 1]", "frame 0", "frame 1", "step 1 of 2 for [2]",
        "step 2 of 2 for [2]", "frame 2",
      ])
  }

  @Test("the end of a prompt that is too long is reported")
  func droppedTexts() throws {
    let long = (1...80).map { "\($0)" }.joined(separator: " ")
    let renderer = try TinyModel.renderer(TinyModel.draft(.interpolate, "a dog", long))
    #expect(renderer.droppedTexts.count == 1)
    #expect(renderer.droppedTexts.first?.hasSuffix("79 80") == true)
    #expect(try TinyModel.renderer(TinyModel.draft(.image, "a dog")).droppedTexts.isEmpty)
  }
}
