import LatentWalk
import Sampling
import StableDiffusion
import TestFolders
import Testing
import Walks

/// What frames are made from: computed once, first, and counted.
@Suite(.timeLimit(.minutes(3))) struct PreparationTests {
  private static let picture = FileRequest(TinyModel.path("pictures/two-stages.png"))

  /// Key frames that are pictures, with shared beginnings: both kinds of preparation.
  private static var draft: RecipeDraft {
    var draft = TinyModel.draft(.interpolate, "a dog", "a cat", "an owl")
    (draft.frames, draft.steps, draft.smoothing.blend) = (9, 4, 0.5)
    for index in [0, 2] { draft.keyFrames[index].picture = picture }
    return draft
  }

  private func names(_ renderer: Renderer, _ frames: [Int]) throws -> [String] {
    var (names, rendering) = ([String](), renderer.rendering(frames))
    while let event = try rendering.next() {
      switch event {
      case .preparation(let step):
        let name =
          switch step.preparation {
          case .inversion(let keyFrame): "inversion \(keyFrame)"
          case .parent: "parent"
          }
        names.append("\(name), step \(step.taken) of \(step.count)")
      case .step(let step): names.append("step \(step.taken) of \(step.count) for \(step.frames)")
      case .frame(let frame, _, _): names.append("frame \(frame)")
      case .encoded: names.append("encoded")
      }
    }
    return names
  }

  @Test("preparations come before the frames that need them, each once")
  func order() throws {
    let renderer = try TinyModel.renderer(Self.draft, batch: 3)
    let inversion = { (index: Int) in (1...4).map { "inversion \(index), step \($0) of 4" } }
    let parent = (1...2).map { "parent, step \($0) of 2" }
    let frames = (1...2).map { "step \($0) of 2 for [1, 2, 3]" } + (1...3).map { "frame \($0)" }
    #expect(try names(renderer, [1, 2, 3]) == inversion(0) + parent + parent + frames)
    // The second leg needs the other picture; the key frame between them is there.
    let others = (1...2).map { "step \($0) of 2 for [5]" } + ["frame 5"]
    #expect(try names(renderer, [5]) == inversion(2) + parent + others)
    #expect(try names(renderer, [1, 2, 3]) == frames)
  }

  @Test("a frame that needs no preparation has none")
  func none() throws {
    var draft = Self.draft
    for index in [0, 2] { draft.keyFrames[index].picture = nil }
    #expect(try names(TinyModel.renderer(draft), [4]).allSatisfy { !$0.contains("parent") })
    let picture = try names(TinyModel.renderer(Self.draft), [0])
    #expect(
      picture.filter { $0.contains("inversion 0") }.count == 4 && !picture.contains { $0.contains("parent") })
    #expect(try !names(TinyModel.renderer(Self.draft), [4]).contains { $0.contains("inversion") })
  }

  @Test("a rendering that is cancelled in a preparation ends, and the next one is whole")
  func cancellation() throws {
    let renderer = try TinyModel.renderer(Self.draft, batch: 3)
    let expected = try TinyModel.renderer(Self.draft, batch: 3).frames([1, 2, 3, 5])
    for stop in 1...8 {
      let cancellation = Cancellation()
      var rendering = renderer.rendering([1, 2, 3, 5], cancellation: cancellation)
      for _ in 0..<stop {
        guard case .preparation? = try rendering.next() else { break }
      }
      cancellation.cancel()
      for _ in 0..<2 { #expect(throws: CancellationError.self) { try rendering.next() } }
    }
    #expect(try renderer.frames([1, 2, 3, 5]) == expected)
  }

  @Test("a task that is cancelled in a preparation ends with it")
  func cancelledTask() async throws {
    var draft = RecipeDraft(.interpolate, prompts: ["a dog", "a cat"])
    (draft.model, draft.seed, draft.steps) = (FileRequest(TinyModel.bundled), 2, 500)
    (draft.smoothing.blend, draft.frames) = (0.9, 3)
    let renderer = try TinyModel.renderer(draft)
    let task = Task {
      var preparations = 0
      for try await event in renderer.events(of: [1]) {
        guard case .preparation = event else { return preparations }
        preparations += 1
        if preparations == 2 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return preparations
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("the evaluations that are promised are those of all events, for every kind of walk")
  func evaluations() throws {
    var generator = SplitMix(seed: 4)
    for round in 0..<150 {
      let recipe = try Self.randomRecipe(&generator)
      let renderer = try TinyModel.renderer(recipe, batch: Int.random(in: 1...6, using: &generator))
      let all = Array(0..<recipe.walk.timing.frameCount)
      for _ in 0..<2 {
        let frames = Array(
          all.shuffled(using: &generator).prefix(Int.random(in: 1...all.count, using: &generator)))
        let promised = try renderer.evaluations(of: frames)
        #expect(try evaluated(renderer, frames) == promised, "round \(round), \(frames) of \(recipe.walk)")
      }
    }
  }

  private static func randomRecipe(_ generator: inout SplitMix) throws -> Recipe {
    let kind = Recipe.WalkKind.allCases.randomElement(using: &generator) ?? .image
    let prompts = ["a dog", "a cat", "an owl"].shuffled(using: &generator)
    let count = kind == .interpolate || kind == .grid ? Int.random(in: 2...3, using: &generator) : 1
    var draft = TinyModel.draft(kind)
    draft.keyFrames = prompts.prefix(count).map { RecipeDraft.KeyFrame(prompt: $0) }
    draft.frames = kind == .image ? nil : Int.random(in: 2...7, using: &generator)
    draft.grid = Recipe.Grid(columns: 2, rows: 2)
    draft.drift.space = DriftWalk.Space.allCases.randomElement(using: &generator) ?? .noise
    draft.drift.turn = Int.random(in: 1...3, using: &generator)
    draft.isLoop = kind == .interpolate && Bool.random(using: &generator)
    for index in draft.keyFrames.indices { setKeyFrame(&draft.keyFrames[index], kind, &generator) }
    guard kind == .interpolate else { return try TinyModel.recipe(draft) }
    draft.smoothing.blend = [nil, 0.3, 0.5, 0.8].randomElement(using: &generator) ?? nil
    draft.smoothing.attention = Bool.random(using: &generator)
    draft.smoothing.bridging = .attention
    let (bridges, methods) = (Int.random(in: 0...2, using: &generator), Recipe.Bridge.Method.allCases)
    let places = (0..<bridges).map { leg in
      Recipe.Bridge(
        from: Double(leg) + [0, 0.25, 0.5].randomElement(using: &generator)!,
        to: Double(leg) + [0.75, 1].randomElement(using: &generator)!,
        method: methods.randomElement(using: &generator)!)
    }
    let legs = Double(count - (draft.isLoop ? 0 : 1))
    return try TinyModel.recipe(draft).with { $0.between?.bridges = places.filter { $0.to <= legs } }
  }

  private static func setKeyFrame(
    _ keyFrame: inout RecipeDraft.KeyFrame, _ kind: Recipe.WalkKind, _ generator: inout SplitMix
  ) {
    if Int.random(in: 0..<3, using: &generator) == 0 { keyFrame.picture = picture }
    if Bool.random(using: &generator) { keyFrame.guidance = [1, 3, 7.5].randomElement(using: &generator) }
    keyFrame.steps = Int.random(in: 1...4, using: &generator)
    if keyFrame.picture == nil {
      keyFrame.sampler = [.ddim, .heun, .pndm, .eulerAncestral, .dpmSolver].randomElement(using: &generator)
    }
    if Bool.random(using: &generator) {
      keyFrame.seeds = [Recipe.WeightedSeed(seed: UInt64.random(in: 0...9, using: &generator), weight: 1)]
    }
  }
}
