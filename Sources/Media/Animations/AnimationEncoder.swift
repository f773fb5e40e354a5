/// Writes an animation picture by picture, in one pass and, but for WebP, in memory that does not grow with the number of
/// frames.
/// The file appears when `finish` returns; an encoder that is released before leaves nothing behind.
///
///     let picture = Picture(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 255])
///     let description = AnimationDescription(width: 2, height: 1, frameCount: 1, framesPerSecond: 10)
///     let encoder = try animationEncoder(for: "walk.apng", description)
///     try encoder.add(picture)
///     try encoder.finish()
public protocol AnimationEncoder {
  /// Adds the next picture in the order in which they play.
  /// - Throws: `MediaError` if it has another size than the animation, or cannot be written.
  func add(_ picture: Picture) throws

  /// Completes the file and gives it its name. All announced pictures have been added.
  /// - Throws: `MediaError` if it cannot be written.
  func finish() throws
}

/// A sound file that plays with an animation from its beginning. It is cut, or followed by silence, to the length of the
/// picture.
public struct Sound: Sendable, Hashable {
  /// A file that ffmpeg can read.
  public let path: String

  public init(path: String) { self.path = path }
}

/// What is known of an animation before its first picture.
public struct AnimationDescription: Sendable, Hashable {
  /// Pixels.
  public let width: Int
  public let height: Int
  /// How many pictures will be added.
  public let frameCount: Int
  public let framesPerSecond: Double
  /// Whether it begins again when it has ended. MP4 and WebM files cannot say it.
  public let isEndless: Bool
  /// What is heard with it, in MP4 and WebM files.
  public var sound: Sound?

  public init(width: Int, height: Int, frameCount: Int, framesPerSecond: Double, isEndless: Bool = true) {
    precondition(
      width > 0 && height > 0 && frameCount > 0, "An animation has frames, and frames have pixels.")
    self.width = width
    self.height = height
    self.frameCount = frameCount
    self.framesPerSecond = framesPerSecond
    self.isEndless = isEndless
  }

  /// Refuses what files of a format cannot hold.
  func require(_ format: AnimationFormat, of path: String) throws(MediaError) {
    try format.requireFrameRate(framesPerSecond)
    guard sound == nil || format.isVideo else { throw .noSound(path: path) }
  }

  func requireSize(of picture: Picture, in path: String) throws(MediaError) {
    guard picture.width == width, picture.height == height else {
      throw .wrongFrameSize(
        path: path, width: picture.width, height: picture.height, expectedWidth: width, expectedHeight: height
      )
    }
  }
}

/// An encoder for the format in which a file's name ends.
///
/// - Parameter recipe: a JSON object in ASCII that says how the animation was made; it is written into the file.
/// - Throws: `MediaError` if the name ends otherwise, the format cannot hold the animation, the file cannot be written,
///   or the format needs ffmpeg and there is none.
public func animationEncoder(
  for path: String, _ animation: AnimationDescription, recipe: String? = nil
) throws -> any AnimationEncoder {
  switch try AnimationFormat(path: path) {
  case .gif: try GIFEncoder(path: path, animation, recipe: recipe)
  case .apng: try APNGEncoder(path: path, animation, recipe: recipe)
  case .webp: try WebPEncoder(path: path, animation, recipe: recipe)
  case .mp4: try VideoEncoder(path: path, .mp4, animation, recipe: recipe)
  case .webm: try VideoEncoder(path: path, .webm, animation, recipe: recipe)
  }
}
