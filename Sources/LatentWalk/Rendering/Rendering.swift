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
  /// - Throws: `RenderError` for any other.
  public func preview(of frame: Int) throws -> Picture {
    guard let place = frames.firstIndex(of: frame) else {
      throw RenderError.noSuchFrame(frame, choices: "one of \(frames), which are in this step")
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
  /// A requested frame that the walk does not have.
  private let noSuchFrame: RenderError?
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
    do throws(RenderError) {
      for frame in frames { try walk.require(frame: frame) }
      noSuchFrame = nil
    } catch {
      (noSuchFrame, waiting) = (error, [])
      return
    }
    // Memory is reserved for no more, also where frames are requested twice.
    let most = min(renderer.batch, walk.timing.frameCount)
    waiting = frames.reduce(into: []) { batches, frame in
      if let last = batches.last, last.count < most,
        walk.keyFrameReached(by: last[0]).sampling == walk.keyFrameReached(by: frame).sampling
      {
        batches[batches.count - 1].append(frame)
      } else {
        batches.append([frame])
      }
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
        return .frame(frame, renderer.picture(latents), latents: latents)
      }
      if work == nil {
        guard let frames = waiting.first else { return nil }
        let latents = renderer.initialLatents(frames)
        work = (frames, try renderer.denoising(frames, from: latents, cancellation), latents)
        waiting.removeFirst()
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
