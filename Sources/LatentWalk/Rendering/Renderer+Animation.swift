import Media
import StableDiffusion

extension Renderer {
  /// The rendering of what is missing of the frames, each written at once, and then of the animation from the frame
  /// files.
  public func animationRendering(
    to output: String, framesIn directory: FrameDirectory, cancellation: Cancellation = Cancellation()
  ) -> AnimationRendering {
    AnimationRendering(renderer: self, output: output, directory: directory, cancellation: cancellation)
  }
}

/// The rendering of an animation, an event at a time. Frames that are done stay in the folder, so that it can be
/// resumed.
public struct AnimationRendering {
  private let renderer: Renderer
  private let output: String
  private let directory: FrameDirectory
  private let cancellation: Cancellation
  /// The rendering of the missing frames; nil before the first event.
  private var frames: Rendering?
  /// The unfinished animation, and how many pictures it has.
  private var encoding: (encoder: any AnimationEncoder, order: [Int], count: Int)?

  private var recipe: Recipe { renderer.recipe }

  fileprivate init(
    renderer: Renderer, output: String, directory: FrameDirectory, cancellation: Cancellation
  ) {
    (self.renderer, self.output) = (renderer, output)
    (self.directory, self.cancellation) = (directory, cancellation)
  }

  /// The next event; nil when the animation is complete. After an error the next call resumes: frames that are done
  /// are kept, and the animation is written from its beginning.
  /// - Throws: `RenderError` if the folder is that of another recipe, `MediaError` if a file cannot be written or the
  ///   animation's format does not fit, `CancellationError` if the rendering was cancelled.
  public mutating func next() throws -> RenderingEvent? {
    if encoding == nil {
      if frames == nil { frames = try missingFrames() }
      if let event = try frames?.next() {
        if case .frame(let frame, let picture, _) = event { try directory.write(picture, frame: frame) }
        return event
      }
      try beginEncoding()
    }
    do {
      return try encode()
    } catch {
      encoding = nil
      throw error
    }
  }

  /// The rendering of what is missing, unless the animation could not be written in the end.
  private func missingFrames() throws -> Rendering {
    guard directory.recipe.hasSameFrames(as: recipe) else {
      throw RenderError.otherRecipe(directory: directory.path)
    }
    try AnimationFormat(path: output).requireFrameRate(recipe.playback.fps)
    return renderer.rendering(directory.missing(), cancellation: cancellation)
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
