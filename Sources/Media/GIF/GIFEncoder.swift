/// Writes an animated GIF in one pass, with a palette of its own for each frame and in memory that does not grow.
/// Frames that change nothing become a longer delay of the frame before them.
public final class GIFEncoder: AnimationEncoder {
  private let container: GIFContainer
  private let path: String
  private let animation: AnimationDescription
  private var encoder: FrameEncoder
  private var clock: FrameClock
  private var added = 0
  private var previous: Picture?
  /// The last frame that changes something, until its delay is known.
  private var waiting: (frame: IndexedFrame, delay: Int)?

  /// The frames before the end of a loop that lead over to its beginning.
  private static let seam = 6

  /// - Parameter recipe: a JSON object in ASCII that says how the animation was made.
  public init(path: String, _ animation: AnimationDescription, recipe: String? = nil) throws {
    try animation.require(.gif, of: path)
    clock = FrameClock(framesPerSecond: animation.framesPerSecond)
    container = try GIFContainer(
      path: path, animation, recipe: recipe.map { text throws(MediaError) in try RecipeText(text, for: path) }
    )
    self.path = path
    self.animation = animation
    encoder = FrameEncoder(width: animation.width, height: animation.height)
  }

  public func add(_ picture: Picture) throws {
    precondition(
      added < animation.frameCount, "\(animation.frameCount) frames were announced, and one more was added.")
    try animation.requireSize(of: picture, in: path)
    added += 1
    let delay = clock.nextDelay()
    if picture != previous, let frame = encoder.encode(picture, renewal: renewal) {
      try writeWaiting()
      waiting = (frame, delay)
    } else {
      try extendWaiting(by: delay)
    }
    previous = picture
  }

  public func finish() throws {
    precondition(added > 0, "An animation has at least one frame.")
    try writeWaiting()
    try container.finish()
  }

  /// What a viewer sees after the last picture that was added.
  package var shown: Picture {
    Picture(width: animation.width, height: animation.height, pixels: encoder.canvas.pixels)
  }

  /// The share of pixels of the current frame that are drawn afresh: one sixth more in each of the last six frames.
  private var renewal: Float {
    let toCome = animation.frameCount - added
    return animation.isEndless && toCome < Self.seam ? Float(Self.seam - toCome) / Float(Self.seam) : 0
  }

  /// A picture that changes nothing only takes time.
  private func extendWaiting(by delay: Int) throws {
    guard let (frame, sofar) = waiting else { return }
    if sofar + delay <= FrameClock.delays.upperBound {
      waiting = (frame, sofar + delay)
    } else {
      try writeWaiting()
      waiting = (.pause, delay)
    }
  }

  private func writeWaiting() throws {
    guard let (frame, delay) = waiting else { return }
    try container.write(frame, delay: delay)
    waiting = nil
  }
}

/// Gives each frame its delay in hundredths of a second, so that the sum of the delays is never off by more than a
/// half.
struct FrameClock {
  private let framesPerSecond: Double
  private var frames = 0
  private var given = 0

  /// Delays of 0 and 1 are not honoured by browsers, and 65 535 is the largest number in the file.
  static let delays = 2...65_535

  /// - Parameter framesPerSecond: one that a GIF can show.
  init(framesPerSecond: Double) { self.framesPerSecond = framesPerSecond }

  mutating func nextDelay() -> Int {
    frames += 1
    let end = Int((100 * Double(frames) / framesPerSecond).rounded())
    let delay = max(end - given, Self.delays.lowerBound)
    given += delay
    return delay
  }
}
