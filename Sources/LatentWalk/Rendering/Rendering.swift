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
  /// So many pictures of the animation are in its file.
  case encoded(Int, of: Int)
}

/// A step of the frames in work, and what they look like after it.
public struct RenderingStep: Sendable {
  /// The steps that the frames have taken, 1 ... count.
  public let taken: Int
  public let count: Int
  public let frames: [Int]
  let denoised: Tensor
  let model: LoadedModel

  /// What a frame would be if the denoising ended here, small and in rough colours: a pixel for each latent. Takes a
  /// millisecond.
  /// - Parameter frame: one of `frames`.
  public func preview(of frame: Int) -> Picture {
    guard let place = frames.firstIndex(of: frame) else {
      preconditionFailure("The frames in work are \(frames); \(frame) is none of them.")
    }
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
  /// Batches of frames that have not begun.
  private var waiting: [[Int]]
  /// The batch that is being denoised.
  private var work: (frames: [Int], denoising: Denoising, latents: Tensor)?
  /// Frames that are denoised, but not decoded.
  private var denoised: [(frame: Int, latents: Tensor)] = []

  init(_ renderer: Renderer, _ frames: [Int], _ cancellation: Cancellation) {
    self.renderer = renderer
    self.cancellation = cancellation
    let walk = renderer.recipe.walk
    waiting = frames.reduce(into: []) { batches, frame in
      if let last = batches.last, last.count < renderer.batch,
        walk.keyFrameReached(by: last[0]).sampling == walk.keyFrameReached(by: frame).sampling
      {
        batches[batches.count - 1].append(frame)
      } else {
        batches.append([frame])
      }
    }
  }

  /// The next event; nil when all frames are done.
  /// - Throws: `CancellationError` if the rendering was cancelled.
  public mutating func next() throws -> RenderingEvent? {
    while true {
      if cancellation.isCancelled { throw CancellationError() }
      if !denoised.isEmpty {
        let (frame, latents) = denoised.removeFirst()
        return .frame(frame, renderer.picture(latents), latents: latents)
      }
      if work == nil {
        guard !waiting.isEmpty else { return nil }
        let frames = waiting.removeFirst()
        let latents = renderer.initialLatents(frames)
        work = (frames, try renderer.denoising(frames, from: latents, cancellation), latents)
      }
      if let event = try step() { return event }
      finishBatch()
    }
  }

  /// Takes a step; nil if there is none left.
  private mutating func step() throws -> RenderingEvent? {
    guard let step = work?.denoising.next(), let frames = work?.frames else { return nil }
    if cancellation.isCancelled { throw CancellationError() }
    work?.latents = step.latents
    return .step(
      RenderingStep(
        taken: step.index + 1, count: step.count, frames: frames, denoised: step.estimate,
        model: renderer.model))
  }

  private mutating func finishBatch() {
    guard let (frames, _, latents) = work else { return }
    denoised = frames.enumerated().map { ($1, latents.images($0..<$0 + 1)) }
    work = nil
    if renderer.lowMemory && waiting.isEmpty { renderer.model.pipeline.unload(.unet) }
  }
}
