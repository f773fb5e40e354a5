/// Writes an animated GIF in one pass, with a palette of its own for each frame and in memory that does not grow.
///
///     let encoder = try GIFEncoder(path: "walk.gif", width: 128, height: 128, frameCount: 60, framesPerSecond: 10)
///     let pictures: [Picture] = try (0..<60).map { try Picture(pngFile: "frame-\($0).png") }
///     for picture in pictures { try encoder.add(picture) }
///     try encoder.finish()
///
/// The file appears when `finish` returns; an encoder that is given up before leaves nothing behind.
public final class GIFEncoder {
  private let container: GIFContainer
  private let path: String
  private let width: Int
  private let height: Int
  private let frameCount: Int
  private let isEndless: Bool
  private var encoder: FrameEncoder
  private var clock: FrameClock
  private var added = 0
  private var previous: Picture?
  /// The last frame that changes something, until its delay is known.
  private var waiting: (frame: IndexedFrame, delay: Int)?

  /// The frames before the end of a loop that lead over to its beginning.
  private static let seam = 6

  /// - Parameters:
  ///   - frameCount: how many pictures will be added; the seam of a loop needs to know it.
  ///   - framesPerSecond: at most 50; single delays differ by 1/100 s where the format requires it, their sum does not.
  ///   - recipe: a JSON object in ASCII that says how the animation was made.
  public init(
    path: String, width: Int, height: Int, frameCount: Int, framesPerSecond: Double, isEndless: Bool = true,
    recipe: String? = nil
  ) throws {
    precondition(
      width > 0 && height > 0 && frameCount > 0, "An animation has frames, and frames have pixels.")
    clock = try FrameClock(framesPerSecond: framesPerSecond)
    container = try GIFContainer(
      path: path, width: width, height: height, isEndless: isEndless,
      recipe: recipe.map { text throws(MediaError) in try RecipeText(text, for: path) })
    self.path = path
    self.width = width
    self.height = height
    self.frameCount = frameCount
    self.isEndless = isEndless
    encoder = FrameEncoder(width: width, height: height)
  }

  /// Adds the next picture in the order in which they play.
  public func add(_ picture: Picture) throws {
    precondition(added < frameCount, "\(frameCount) frames were announced, and one more was added.")
    guard picture.width == width, picture.height == height else {
      throw MediaError.wrongFrameSize(
        path: path, width: picture.width, height: picture.height, expectedWidth: width, expectedHeight: height
      )
    }
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

  /// Writes what is left and gives the file its name.
  public func finish() throws {
    precondition(added > 0, "An animation has at least one frame.")
    try writeWaiting()
    try container.finish()
  }

  /// What a viewer sees after the last picture that was added.
  package var shown: Picture {
    Picture(width: width, height: height, pixels: encoder.canvas.pixels)
  }

  /// The share of pixels of the current frame that are drawn afresh: one sixth more in each of the last six frames.
  private var renewal: Float {
    let toCome = frameCount - added
    return isEndless && toCome < Self.seam ? Float(Self.seam - toCome) / Float(Self.seam) : 0
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
