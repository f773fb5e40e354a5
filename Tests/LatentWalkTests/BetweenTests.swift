import LatentWalk
import Sampling
import StableDiffusion
import Tensors
import TestFolders
import Testing
import Walks

/// Frames that share a beginning or attention with their neighbours, and bridges: a frame at a key frame is the key
/// frame's, and any batch and order gives the same bytes.
@Suite(.timeLimit(.minutes(2))) struct BetweenTests {
  private let draft: RecipeDraft
  private let plain: [Int: Frame]

  init() throws {
    var draft = TinyModel.draft(.interpolate, "a dog", "a cat", "an owl")
    (draft.frames, draft.steps) = (9, 4)
    draft.keyFrames[2].seeds = [Recipe.WeightedSeed(seed: 8, weight: 1)]
    self.draft = draft
    plain = try TinyModel.renderer(draft).frames(Array(0..<9))
  }

  private func draft(_ edit: (inout RecipeDraft.Smoothing) -> Void) -> RecipeDraft {
    var draft = draft
    edit(&draft.smoothing)
    return draft
  }

  /// Expects that key frames are as they are, that the others differ, and that all are the same in any batch and order.
  private func expectBetween(
    _ recipe: Recipe, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [Int: Frame] {
    let frames = try TinyModel.renderer(recipe, batch: 9).frames(Array(0..<9))
    for frame in 0..<9 {
      let isSame = frames[frame] == plain[frame]
      #expect(isSame == (frame % 4 == 0), "frame \(frame)", sourceLocation: sourceLocation)
    }
    let order = [8, 3, 0, 5, 1, 7, 2, 6, 4]
    for batch in [1, 2, 5] {
      let renderer = try TinyModel.renderer(recipe, batch: batch)
      #expect(try renderer.frames(order) == frames, "batches of \(batch)", sourceLocation: sourceLocation)
      #expect(try renderer.frame(6) == frames[6], sourceLocation: sourceLocation)
    }
    #expect(try TinyModel.renderer(recipe).frame(3) == frames[3], sourceLocation: sourceLocation)
    return frames
  }

  @Test(
    "with a shared beginning a frame goes on from the mixed latents of its key frames",
    arguments: [0.25, 0.5])
  func blend(depth: Double) throws {
    let recipe = try TinyModel.recipe(draft { $0.blend = depth })
    let frames = try expectBetween(recipe)
    let steps = Int(depth * 4)
    let (pipeline, empty) = (try TinyModel.pipeline(), Conditioning(tokens: try TinyModel.tokens("")))
    let schedule = try pipeline.schedule(steps: 4, kind: recipe.walk.keyFrames[0].sampling.schedule)
    let noise = NoiseGenerator.pytorch.normals(seed: 7, draw: 0, height: 6, width: 6, channels: 4)
    let texts = try ["a dog", "a cat"].map { Conditioning(tokens: try TinyModel.tokens($0)) }
    func latents(_ begin: Tensor, _ text: Conditioning, _ schedule: SamplingSchedule, count: Int) throws
      -> Tensor
    {
      let guidance = Guidance(conditional: text, unconditional: empty, scale: 7.5)
      var steps = try pipeline.denoising(begin, guidedBy: guidance, through: schedule)
      for _ in 0..<count { _ = steps.next() }
      return steps.latents
    }
    let parents = try texts.map { try latents(noise, $0, schedule, count: steps) }
    for frame in 1...3 {
      let u = Double(frame) / 4
      let found = try latents(
        .slerp(parents[0], parents[1], u), .combined(texts, weights: [1 - u, u]),
        schedule.suffix(from: steps),
        count: 4 - steps)
      #expect(largestDifference(frames[frame]?.latents, found.values) < 1e-4, "frame \(frame)")
    }
  }

  @Test("a shared beginning of no step changes nothing", arguments: [0, 0.1])
  func noBlend(depth: Double) throws {
    let recipe = try TinyModel.recipe(draft { $0.blend = depth })
    #expect(try TinyModel.renderer(recipe).frames(Array(0..<9)) == plain)
    #expect(try !recipe.hasSameFrames(as: TinyModel.recipe(draft)))
  }

  @Test("a shared beginning costs fewer evaluations")
  func blendEvaluations() throws {
    let (all, whole) = (Array(0..<9), try TinyModel.renderer(draft).evaluations(of: Array(0..<9)))
    let half = try TinyModel.renderer(draft { $0.blend = 0.5 })
    // Three key frames of 4 steps as frames and of 2 as parents, six between of 2; two evaluations each.
    #expect(whole == 9 * 8)
    #expect(try half.evaluations(of: all) == 3 * 8 + 3 * 4 + 6 * 4)
  }

  @Test("attention is interpolated between that of the key frames")
  func attention() throws {
    _ = try expectBetween(TinyModel.recipe(draft { $0.attention = true }))
  }

  @Test("a shared beginning and attention go together")
  func both() throws {
    let recipe = try TinyModel.recipe(
      draft {
        $0.attention = true
        $0.blend = 0.5
      })
    let frames = try expectBetween(recipe)
    for other in [draft { $0.attention = true }, draft { $0.blend = 0.5 }] {
      #expect(try TinyModel.renderer(other).frame(2) != frames[2])
    }
  }

  private func bridged(_ method: Recipe.Bridge.Method, _ from: Double, _ to: Double) throws -> Recipe {
    try TinyModel.recipe(draft { $0.bridging = method }).with {
      $0.between?.bridges = [Recipe.Bridge(from: from, to: to, method: method)]
    }
  }

  @Test("a cross-fade mixes the latents of the bridge's ends, and changes nothing else")
  func crossFade() throws {
    let recipe = try bridged(.crossFade, 0.25, 1)
    for batch in [1, 3, 9] {
      let frames = try TinyModel.renderer(recipe, batch: batch).frames(Array(0..<9))
      for frame in 0..<9 where frame != 2 && frame != 3 { #expect(frames[frame] == plain[frame]) }
      for (frame, u) in [(2, Float(1) / 3), (3, Float(2) / 3)] {
        let ends = zip(plain[1]!.latents, plain[4]!.latents)
        let mixed = ends.map { (1 - u) * $0 + u * $1 }
        #expect(largestDifference(frames[frame]?.latents, mixed) < 1e-5, "frame \(frame), batch \(batch)")
      }
    }
  }

  @Test("a bridge of attention changes the frames between its ends alone")
  func attentionBridge() throws {
    let recipe = try bridged(.attention, 1.25, 2)
    let frames = try TinyModel.renderer(recipe, batch: 9).frames(Array(0..<9))
    for frame in 0..<9 {
      #expect((frames[frame] == plain[frame]) == ![6, 7].contains(frame), "frame \(frame)")
    }
    #expect(
      try TinyModel.renderer(recipe, batch: 1).frames([7, 0, 6, 5])
        == frames.filter { [7, 0, 6, 5].contains($0.key) })
  }

  @Test("bridges over jumps that were not found change nothing, whatever was asked for")
  func noBridges() throws {
    let recipe = try TinyModel.recipe(draft { $0.bridging = .crossFade })
    #expect(try TinyModel.renderer(recipe).frames(Array(0..<9)) == plain)
  }

  @Test(
    "key frames with other steps and samplers can share beginnings: each leg has its own sampling",
    arguments: [3, 6], [SamplerName.ddim, .euler])
  func otherSampling(steps: Int, sampler: SamplerName) throws {
    var other = draft
    (other.keyFrames[1].steps, other.keyFrames[1].sampler) = (steps, sampler)
    let expected = try TinyModel.renderer(other).frames(Array(0..<9))
    // On the first leg the first key frame's sampling holds, up to the second key frame.
    let alike = try TinyModel.recipe(draft { $0.blend = 0.5 })
    other.smoothing.blend = 0.5
    let frames = try TinyModel.renderer(other, batch: 9).frames(Array(0..<9))
    for frame in [0, 4, 8] { #expect(frames[frame] == expected[frame], "frame \(frame)") }
    let first = try TinyModel.renderer(alike).frames([1, 2, 3])
    #expect(frames.filter { [1, 2, 3].contains($0.key) } == first)
    #expect(
      try TinyModel.renderer(other, batch: 2).frames([7, 3, 5, 1]) == frames.filter { $0.key % 2 == 1 })
    // A cross-fade at the end of a leg has finished latents at both ends.
    (other.smoothing.blend, other.smoothing.bridging) = (nil, .crossFade)
    let faded = try TinyModel.recipe(other).with {
      $0.between?.bridges = [Recipe.Bridge(from: 0.5, to: 1, method: .crossFade)]
    }
    let middle = try #require(try TinyModel.renderer(faded).frame(3)).latents
    let mixed = zip(plain[2]!.latents, plain[4]!.latents).map { 0.5 * $0 + 0.5 * $1 }
    #expect(largestDifference(middle, mixed) < 1e-5)
  }

  @Test("samplers that remember or add noise share beginnings as well", arguments: SamplerName.allCases)
  func samplers(sampler: SamplerName) throws {
    var other = draft { $0.blend = 0.5 }
    other.sampler = sampler
    let frames = try TinyModel.renderer(other, batch: 9).frames(Array(0..<9))
    #expect(Set(frames.values.map(\.latents)).count == 9)
    #expect(frames.values.allSatisfy { $0.latents.allSatisfy(\.isFinite) })
    #expect(
      try TinyModel.renderer(other, batch: 2).frames([5, 1, 3, 7]) == frames.filter { $0.key % 2 == 1 })
  }
}
