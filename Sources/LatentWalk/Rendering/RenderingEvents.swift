import Dispatch
import Media
import StableDiffusion

/// The events of a rendering, for tasks: an `AsyncSequence` that computes an event when it is requested, on a thread of
/// its own. Cancelling the task cancels the arithmetic within a step.
///
///     let models = ModelStore()
///     let renderer = try await models.renderer(for: models.recipe(for: RecipeDraft(.image, prompts: ["A red apple"])))
///     let task = Task {
///       for try await event in renderer.events(of: [0]) {
///         if case .step(let step) = event { print(step.taken, try step.preview(of: 0).width) }
///       }
///     }
///     task.cancel()
public struct RenderingEvents: AsyncSequence, Sendable {
  public typealias Element = RenderingEvent
  fileprivate typealias Source = () throws -> RenderingEvent?

  /// Begins a rendering; called on the thread that computes.
  fileprivate let begin: @Sendable (Cancellation) throws -> Source

  public func makeAsyncIterator() -> AsyncIterator {
    let cancellation = Cancellation()
    return AsyncIterator(worker: Worker(begin, cancellation), cancellation: cancellation)
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let worker: Worker
    fileprivate let cancellation: Cancellation

    public mutating func next() async throws -> RenderingEvent? {
      try await withTaskCancellationHandler { [worker] in
        try await worker.next()
      } onCancel: { [cancellation] in
        cancellation.cancel()
      }
    }
  }

  /// Computes on a thread of its own, so that the threads of Swift's tasks stay free.
  fileprivate actor Worker {
    private nonisolated let thread = ArithmeticThread()
    private let begin: @Sendable (Cancellation) throws -> Source
    private let cancellation: Cancellation
    private var source: Source?

    init(_ begin: @escaping @Sendable (Cancellation) throws -> Source, _ cancellation: Cancellation) {
      self.begin = begin
      self.cancellation = cancellation
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func next() throws -> RenderingEvent? {
      let source = try source ?? begin(cancellation)
      self.source = source
      return try source()
    }
  }
}

/// A thread for arithmetic, as an executor for actors.
private final class ArithmeticThread: SerialExecutor {
  private let queue = DispatchQueue(label: "LatentWalk arithmetic")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}

extension Renderer {
  /// The events of rendering some frames.
  public func events(of frames: [Int]) -> RenderingEvents {
    RenderingEvents { cancellation in
      var rendering = rendering(frames, cancellation: cancellation)
      return { try rendering.next() }
    }
  }

  /// The events of rendering what is missing of a walk's frames and encoding its animation.
  public func animationEvents(
    to outputs: [String], framesIn directory: FrameDirectory, sound: Sound? = nil
  ) -> RenderingEvents {
    RenderingEvents { cancellation in
      var rendering = animationRendering(
        to: outputs, framesIn: directory, sound: sound, cancellation: cancellation)
      return { try rendering.next() }
    }
  }
}

extension ModelStore {
  /// The same on a thread of its own, for tasks.
  public func renderer(for recipe: Recipe, batch: Int? = nil, lowMemory: Bool = false) async throws
    -> Renderer
  {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "LatentWalk loading").async {
        continuation.resume(
          with: Result { () throws -> Renderer in
            try self.renderer(for: recipe, batch: batch, lowMemory: lowMemory)
          })
      }
    }
  }
}
