import Media
import StableDiffusion

extension Renderer {
  /// The rendering of what is missing of the frames, each written at once, and then of the animation from the frame
  /// files.
  public func animationRendering(
    to output: String, framesIn directory: FrameDirectory, cancellation: Cancellation = Cancellation()
  ) -> AnimationRendering {
    AnimationRendering(
      recipe: recipe, output: output, directory: directory,
      frames: rendering(directory.missing(), cancellation: cancellation), cancellation: cancellation)
  }
}

/// The rendering of an animation, an event at a time. Frames that are done stay in the folder, so that it can be
/// resumed.
public struct AnimationRendering {
  private let recipe: Recipe
  private let output: String
  private let directory: FrameDirectory
  private let cancellation: Cancellation
  private var frames: Rendering
  /// The unfinished animation, and how many pictures it has.
  private var encoding: (encoder: any AnimationEncoder, order: [Int], count: Int)?

  fileprivate init(
    recipe: Recipe, output: String, directory: FrameDirectory, frames: Rendering, cancellation: Cancellation
  ) {
    (self.recipe, self.output, self.directory) = (recipe, output, directory)
    (self.frames, self.cancellation) = (frames, cancellation)
  }

  /// The next event; nil when the animation is complete.
  /// - Throws: `MediaError` if a file cannot be written, `CancellationError` if the rendering was cancelled.
  public mutating func next() throws -> RenderingEvent? {
    if encoding == nil {
      if let event = try frames.next() {
        if case .frame(let frame, let picture, _) = event { try directory.write(picture, frame: frame) }
        return event
      }
      try beginEncoding()
    }
    return try encode()
  }

  private mutating func beginEncoding() throws {
    let order = recipe.walk.playingOrder(recipe.playback)
    let animation = AnimationDescription(
      width: recipe.settings.width, height: recipe.settings.height, frameCount: order.count,
      framesPerSecond: recipe.playback.fps)
    let encoder = try animationEncoder(for: output, animation, recipe: recipe.json)
    encoding = (encoder, order, 0)
  }

  private mutating func encode() throws -> RenderingEvent? {
    guard let (encoder, order, count) = encoding, count < order.count else { return nil }
    if cancellation.isCancelled { throw CancellationError() }
    try encoder.add(directory.read(order[count]))
    encoding?.count = count + 1
    if count + 1 == order.count { try encoder.finish() }
    return .encoded(count + 1, of: order.count)
  }
}
