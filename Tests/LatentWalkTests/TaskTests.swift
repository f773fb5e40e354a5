import Foundation
import LatentWalk
import Media
import StableDiffusion
import Synchronization
import TestFolders
import Testing

/// Rendering from Swift's tasks: the same frames, previews, and an end within a step.
@Suite struct TaskTests {
  private func bundled(steps: Int, frames: Int = 1) -> RecipeDraft {
    var draft = RecipeDraft(frames == 1 ? .image : .circle, prompts: ["A photograph of a dog"])
    (draft.model, draft.seed) = (FileRequest(TinyModel.bundled), 2)
    (draft.steps, draft.frames) = (steps, frames)
    return draft
  }

  /// Follows the events of some frames to their end.
  private static func frames(_ renderer: Renderer, _ numbers: [Int]) async throws -> [Int: Frame] {
    var frames: [Int: Frame] = [:]
    for try await event in renderer.events(of: numbers) {
      if case .frame(let number, let picture, let latents) = event {
        frames[number] = Frame(picture: picture, latents: latents.values)
      }
    }
    return frames
  }

  @Test("a task gets the events and the frames that a rendering gives without tasks")
  func sameFrames() async throws {
    let renderer = try TinyModel.renderer(TinyModel.draft(.interpolate, "a dog", "a cat"), batch: 2)
    let expected = try renderer.frames([0, 1, 2, 3, 4])
    var names: [String] = []
    for try await event in renderer.events(of: [0, 1, 2]) {
      switch event {
      case .step(let step): names.append("step \(step.taken) of \(step.count) for \(step.frames)")
      case .frame(let number, let picture, let latents):
        names.append("frame \(number)")
        #expect(expected[number] == Frame(picture: picture, latents: latents.values))
      case .preparation: names.append("preparation")
      case .encoded: names.append("encoded")
      }
    }
    let steps = { (frames: String) in (1...3).map { "step \($0) of 3 for \(frames)" } }
    #expect(names == steps("[0, 1]") + ["frame 0", "frame 1"] + steps("[2]") + ["frame 2"])
    #expect(try await Self.frames(renderer, [4, 3, 2, 1, 0]) == expected)
  }

  @Test("a renderer is loaded from a task, and an error of loading reaches the task")
  func loading() async throws {
    let models = TinyModel.store(TinyModel.fixtures)
    let recipe = try models.recipe(for: TinyModel.draft(.image, "a dog"))
    let renderer = try await models.renderer(for: recipe, batch: 3)
    #expect(renderer.batch == 3)
    #expect(try await Self.frames(renderer, [0]) == TinyModel.renderer(recipe).frames([0]))
    await #expect(throws: ModelStoreError.self) {
      try await TinyModel.store("/nowhere").renderer(for: recipe)
    }
  }

  @Test("the preview of the last step shows the picture: of the latents' size, and correlated with it")
  func previews() throws {
    let renderer = try TinyModel.models.renderer(
      for: TinyModel.recipe(bundled(steps: 10, frames: 2)), batch: 2)
    var (previews, pictures, rendering) = ([Int: Picture](), [Int: Picture](), renderer.rendering([0, 1]))
    while let event = try rendering.next() {
      if case .step(let step) = event {
        for frame in step.frames { previews[frame] = try step.preview(of: frame) }
      }
      if case .frame(let frame, let picture, _) = event { pictures[frame] = picture }
    }
    for frame in 0..<2 {
      let (preview, picture) = (try #require(previews[frame]), try #require(pictures[frame]))
      #expect(preview.width * 8 == picture.width && preview.height * 8 == picture.height)
      let small = picture.fitted(width: preview.width, height: preview.height)
      let found = correlation(preview.pixels, small.pixels)
      #expect(found > 0.8, "frame \(frame): \(found)")
    }
    let crossed = correlation(previews[0]?.pixels ?? [], previews[1]?.pixels ?? [])
    #expect(crossed < 0.999, "Each frame has its own preview.")
  }

  @Test("a cancelled task ends with CancellationError, with no further event")
  func cancelledAtAnEvent() async throws {
    let renderer = try await TinyModel.models.renderer(for: TinyModel.recipe(bundled(steps: 1000)))
    let seen = Atomic(0)
    let task = Task {
      for try await _ in renderer.events(of: [0]) {
        if seen.add(1, ordering: .relaxed).newValue == 1 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(seen.load(ordering: .relaxed) == 1)
  }

  @Test("a task that is cancelled while a step is computed ends within it")
  func cancelledInAStep() async throws {
    // Eight frames of 128 x 128 are one step of half a second and more.
    let renderer = try await TinyModel.models.renderer(
      for: TinyModel.recipe(bundled(steps: 1000, frames: 8)), batch: 8)
    let seen = Atomic(0)
    let task = Task {
      for try await _ in renderer.events(of: Array(0..<8)) { seen.add(1, ordering: .relaxed) }
    }
    while seen.load(ordering: .relaxed) == 0 { try await Task.sleep(for: .milliseconds(1)) }
    let before = seen.load(ordering: .relaxed)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(seen.load(ordering: .relaxed) <= before + 1)
  }

  @Test("a cancellation before a step, or from another thread within one, ends a rendering without tasks")
  func cancellation() throws {
    let renderer = try TinyModel.models.renderer(for: TinyModel.recipe(bundled(steps: 1000)))
    let cancellation = Cancellation()
    var rendering = renderer.rendering([0], cancellation: cancellation)
    guard case .step(let step) = try rendering.next() else {
      return #expect(Bool(false), "a step comes first")
    }
    #expect(step.taken == 1 && !cancellation.isCancelled)
    cancellation.cancel()
    for _ in 0..<2 { #expect(throws: CancellationError.self) { try rendering.next() } }

    let later = Cancellation()
    rendering = renderer.rendering([0], cancellation: later)
    Thread.detachNewThread {
      usleep(200_000)
      later.cancel()
    }
    var steps = 0
    #expect(throws: CancellationError.self) { while try rendering.next() != nil { steps += 1 } }
    #expect(steps < 1000)
    // The renderer itself is as it was.
    #expect(try TinyModel.renderer(TinyModel.draft(.image, "a dog")).frame(0) != nil)
  }

  @Test("several tasks render at once, each its own frames, and others go on meanwhile")
  func together() async throws {
    let draft = bundled(steps: 4)
    let renderer = try await TinyModel.models.renderer(for: TinyModel.recipe(draft))
    let expected = try renderer.frames([0])
    var other = TinyModel.draft(.circle, "a cat")
    other.steps = 40
    let small = try TinyModel.renderer(other)
    let smallFrames = try small.frames([0, 1, 2, 3, 4])

    // As many renderings as Swift has threads for tasks, and more.
    let count = ProcessInfo.processInfo.activeProcessorCount + 2
    let isDone = Atomic(false)
    let heartbeat = Task {
      var (beats, longest, last) = (0, Duration.zero, ContinuousClock.now)
      while !isDone.load(ordering: .relaxed) {
        try await Task.sleep(for: .milliseconds(2))
        let now = ContinuousClock.now
        (beats, longest, last) = (beats + 1, max(longest, now - last), now)
      }
      return (beats, longest)
    }
    let begin = ContinuousClock.now
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<count {
        group.addTask {
          index % 2 == 0
            ? try await Self.frames(renderer, [0]) == expected
            : try await Self.frames(small, [0, 1, 2, 3, 4]) == smallFrames
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
    let duration = ContinuousClock.now - begin
    isDone.store(true, ordering: .relaxed)
    let (beats, longest) = try await heartbeat.value
    // Threads that were blocked by arithmetic would stop the heart for most of the time.
    #expect(
      beats > 5 && longest < duration / 2, "\(beats) beats in \(duration), the longest pause \(longest)")
  }

  @Test("an animation is rendered from a task, and one that was cancelled is resumed")
  func animation() async throws {
    let folder = try TemporaryFolder()
    let renderer = try TinyModel.renderer(TinyModel.draft(.circle, "a dog"), batch: 1)
    let frames = try FrameDirectory(path: folder.file("frames"), for: renderer.recipe)
    let gif = folder.file("walk.gif")
    let events = renderer.animationEvents(to: [gif], framesIn: frames)
    let task = Task {
      for try await event in events {
        if case .frame(1, _, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(frames.missing() == [2, 3, 4])
    #expect(try folder.names() == ["frames"])

    var (rendered, encoded) = ([Int](), [Int]())
    for try await event in events {
      if case .frame(let frame, _, _) = event { rendered.append(frame) }
      if case .encoded(let count, _) = event { encoded.append(count) }
    }
    #expect(rendered == [2, 3, 4] && encoded == [1, 2, 3, 4, 5])
    let whole = try FrameDirectory(path: folder.file("others"), for: renderer.recipe)
    var rendering = renderer.animationRendering(to: folder.file("whole.gif"), framesIn: whole)
    while try rendering.next() != nil {}
    #expect(try bytes(gif) == bytes(folder.file("whole.gif")))
  }
}

/// Pearson's correlation of two pictures' numbers.
private func correlation(_ a: [UInt8], _ b: [UInt8]) -> Double {
  let (x, y) = (a.map(Double.init), b.map(Double.init))
  let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
  let product = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
  let squares = (
    x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }, y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
  )
  return product / (squares.0 * squares.1).squareRoot()
}
