import Media
import Sampling
import StableDiffusion
import Tensors

/// What happens while frames are rendered.
public enum RenderingEvent: Sendable {
  /// The frames in work have taken a step.
  case step(RenderingStep)
  /// A frame is done. Latents: [1, h, w, 4], before the autoencoder.
  case frame(Int, Picture, latents: Tensor)
  /// Something that several frames are made from has taken a step.
  case preparation(PreparationStep)
  /// So many pictures of the animation are in its file.
  case encoded(Int, of: Int)
}

/// A step of the frames in work, and what they look like after it.
public struct RenderingStep: Sendable {
  /// The steps that the frames have taken, 1 ... count.
  public let taken: Int
  public let count: Int
  public let frames: [Int]
  /// UNet evaluations that the step took.
  public let evaluations: Int
  let denoised: Tensor
  let model: LoadedModel

  /// What a frame would be if the denoising ended here, small and in rough colours: a pixel for each latent. Takes a
  /// millisecond.
  /// - Parameter frame: one of `frames`.
  /// - Throws: `RenderError` for any other.
  public func preview(of frame: Int) throws -> Picture {
    guard let index = frames.firstIndex(of: frame) else {
      throw RenderError.noSuchFrame(frame, choices: "one of \(frames), which are in this step")
    }
    // All frames of `denoise` are one image.
    let place = min(index, denoised.shape[0] - 1)
    return Picture(model.latentColours.pixels(denoised.images(place..<place + 1)))
  }
}

/// The rendering of some frames, an event at a time: each step of a batch, then its frames, then the next batch.
///
///     let models = ModelStore()
///     let renderer = try models.renderer(for: models.recipe(for: RecipeDraft(.image, prompts: ["A red apple"])))
///     var rendering = renderer.rendering([0])
///     while let event = try rendering.next() {
///       if case .frame(_, let picture, _) = event { try picture.writePNG(to: "apple.png") }
///     }
public struct Rendering {
  private let renderer: Renderer
  private let cancellation: Cancellation
  /// A requested frame that the walk does not have.
  private let noSuchFrame: RenderError?
  /// Batches of frames that have not begun.
  private var waiting: [[Int]]
  private var work: Work?
  /// Frames that are denoised, but not decoded.
  private var denoised: [(frame: Int, latents: Tensor)] = []

  private enum Work {
    case preparation(Preparation, steps: Int, AnyIterator<(taken: Int, count: Int, latents: Tensor)>)
    /// The first images of the batch may be parents of the frames.
    case frames([Int], Denoising)
  }

  init(_ renderer: Renderer, _ frames: [Int], _ cancellation: Cancellation) {
    self.renderer = renderer
    self.cancellation = cancellation
    do throws(RenderError) {
      for frame in frames { try renderer.route.require(frame: frame) }
      (noSuchFrame, waiting) = (nil, renderer.batches(frames))
    } catch {
      (noSuchFrame, waiting) = (error, [])
    }
  }

  /// The next event; nil when all frames are done.
  /// - Throws: `CancellationError` if the rendering was cancelled, `RenderError` if the walk does not have one of the
  ///   frames, `CheckpointError` or `FileError` if a network was unloaded and its files have changed since.
  public mutating func next() throws -> RenderingEvent? {
    if let noSuchFrame { throw noSuchFrame }
    while true {
      if cancellation.isCancelled { throw CancellationError() }
      if !denoised.isEmpty {
        let (frame, latents) = denoised.removeFirst()
        return .frame(frame, renderer.picture(latents, frame: frame), latents: latents)
      }
      guard let work else {
        guard let frames = waiting.first else { return nil }
        try begin(frames)
        continue
      }
      if let event = try step(work) { return event }
      finish()
    }
  }

  /// Begins what comes first: what the frames are made from, then themselves.
  private mutating func begin(_ frames: [Int]) throws {
    for plan in frames.map(renderer.plan) {
      if let (preparation, steps) = renderer.missingPreparations(for: plan).first {
        work = .preparation(preparation, steps: steps, try renderer.steps(of: preparation, cancellation))
        return
      }
    }
    let denoising = try renderer.denoising(frames, cancellation)
    waiting.removeFirst()
    if renderer.recipe.walk.kind == .denoise { denoised = renderer.preparedSteps(frames) }
    if let denoising {
      work = .frames(frames, denoising)
    } else if denoised.isEmpty {
      denoised = frames.map { ($0, renderer.crossFade($0)) }
    }
  }

  /// Takes a step; nil if there is none left.
  private mutating func step(_ current: Work) throws -> RenderingEvent? {
    switch current {
    case .preparation(let preparation, let steps, let iterator):
      guard let step = iterator.next() else { return nil }
      if cancellation.isCancelled { throw CancellationError() }
      if renderer.keepsLatents(of: preparation, after: step.taken, wanted: steps) {
        renderer.prepared[preparation, after: step.taken] = step.latents
      }
      // What comes after the wanted step is not needed.
      if step.taken == steps { work = nil }
      return .preparation(
        PreparationStep(
          preparation: preparation, taken: step.taken, count: min(steps, step.count),
          evaluations: renderer.evaluations(preparation, steps: step.taken)
            - renderer.evaluations(preparation, steps: step.taken - 1)))
    case .frames(let frames, var denoising):
      guard let step = denoising.next() else { return nil }
      if cancellation.isCancelled { throw CancellationError() }
      work = .frames(frames, denoising)
      let first = step.estimate.shape[0] - frames.count
      let shown = renderer.frame(afterStep: step.index + 1)
      if renderer.recipe.walk.kind == .denoise {
        denoised += frames.filter { $0 == shown }.map { ($0, step.latents) }
      }
      return .step(
        RenderingStep(
          taken: step.index + 1, count: step.count, frames: frames,
          evaluations: renderer.evaluations(of: frames, inStep: step.index),
          denoised: step.estimate.images(max(0, first)..<step.estimate.shape[0]), model: renderer.model))
    }
  }

  private mutating func finish() {
    if case .frames(let frames, let denoising) = work, renderer.recipe.walk.kind != .denoise {
      let parents = denoising.latents.shape[0] - frames.count
      denoised = frames.enumerated().map { index, frame in
        (frame, denoising.latents.images(parents + index..<parents + index + 1))
      }
    }
    work = nil
    if renderer.lowMemory && waiting.isEmpty { renderer.model.pipeline.unload(.unet) }
  }
}
