import Media
import StableDiffusion

extension Renderer {
  /// The rendering of what is missing of the frames, each written at once, and then of the animation from the frame
  /// files.
  public func animationRendering(
    to output: String, framesIn directory: FrameDirectory, cancellation: Cancellation = Cancellation()
  ) -> AnimationRendering {
    animationRendering(to: [output], framesIn: directory, cancellation: cancellation)
  }

  /// The same for several files, each in the format of its ending; `.png` is a sheet of the frames.
  /// - Parameter sound: plays with the frames, in the files whose format has sound; `ModelStore.sound(of:)` finds the
  ///   recipe's.
  public func animationRendering(
    to outputs: [String], framesIn directory: FrameDirectory, sound: Sound? = nil,
    cancellation: Cancellation = Cancellation()
  ) -> AnimationRendering {
    AnimationRendering(
      renderer: self, paths: outputs, directory: directory, sound: sound, cancellation: cancellation)
  }
}

/// The rendering of a walk and its files, an event at a time. Frames that are done stay in the folder, so that it can be
/// resumed.
public struct AnimationRendering {
  private let renderer: Renderer
  private let paths: [String]
  private let directory: FrameDirectory
  private let sound: Sound?
  private let cancellation: Cancellation
  /// The rendering of the missing frames; nil before the first event.
  private var frames: Rendering?
  /// The files, of which some are complete; empty before the first event.
  private var outputs: [WalkOutput] = []
  private var complete = 0
  /// The unfinished file, and how many pictures it has.
  private var encoding: (encoder: any AnimationEncoder, count: Int)?

  private var recipe: Recipe { renderer.recipe }

  fileprivate init(
    renderer: Renderer, paths: [String], directory: FrameDirectory, sound: Sound?,
    cancellation: Cancellation
  ) {
    (self.renderer, self.paths, self.sound) = (renderer, paths, sound)
    (self.directory, self.cancellation) = (directory, cancellation)
  }

  /// The next event; nil when all files are complete. After an error the next call resumes: frames and files that are
  /// done are kept, and the unfinished file is written from its beginning.
  /// - Throws: `RenderError` if the folder is that of another recipe, `MediaError` if a file cannot be written or its
  ///   format does not fit, `CancellationError` if the rendering was cancelled.
  public mutating func next() throws -> RenderingEvent? {
    if encoding == nil {
      if frames == nil { frames = try missingFrames() }
      if let event = try frames?.next() {
        if case .frame(let frame, let picture, _) = event { try directory.write(picture, frame: frame) }
        return event
      }
      guard complete < outputs.count else { return nil }
      encoding = (try outputs[complete].encoder(sound), 0)
    }
    do {
      return try encode()
    } catch {
      encoding = nil
      throw error
    }
  }

  /// The rendering of what is missing, unless a file could not be written in the end.
  private mutating func missingFrames() throws -> Rendering {
    guard directory.recipe.hasSameFrames(as: recipe) else {
      throw RenderError.otherRecipe(directory: directory.path)
    }
    outputs = try paths.map { try WalkOutput(path: $0, of: recipe) }
    return renderer.rendering(directory.missing(), cancellation: cancellation)
  }

  private mutating func encode() throws -> RenderingEvent? {
    guard let (encoder, count) = encoding else { return nil }
    if cancellation.isCancelled { throw CancellationError() }
    let frames = outputs[complete].frames
    try encoder.add(directory.read(frames[count]))
    let before = outputs[..<complete].reduce(0) { $0 + $1.frames.count }
    if count + 1 == frames.count {
      try encoder.finish()
      (encoding, complete) = (nil, complete + 1)
    } else {
      encoding?.count = count + 1
    }
    return .encoded(before + count + 1, of: outputs.reduce(0) { $0 + $1.frames.count })
  }
}
