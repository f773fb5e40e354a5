/// Writes an animation picture by picture, in one pass and in memory that does not grow with the number of frames.
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

/// What is known of an animation before its first picture.
public struct AnimationDescription: Sendable, Hashable {
  /// Pixels.
  public let width: Int
  public let height: Int
  /// How many pictures will be added.
  public let frameCount: Int
  public let framesPerSecond: Double
  /// Whether it begins again when it has ended.
  public let isEndless: Bool

  public init(width: Int, height: Int, frameCount: Int, framesPerSecond: Double, isEndless: Bool = true) {
    precondition(
      width > 0 && height > 0 && frameCount > 0, "An animation has frames, and frames have pixels.")
    self.width = width
    self.height = height
    self.frameCount = frameCount
    self.framesPerSecond = framesPerSecond
    self.isEndless = isEndless
  }

  func requireSize(of picture: Picture, in path: String) throws(MediaError) {
    guard picture.width == width, picture.height == height else {
      throw .wrongFrameSize(
        path: path, width: picture.width, height: picture.height, expectedWidth: width, expectedHeight: height
      )
    }
  }
}

/// The formats of animations, by the endings of their files.
public enum AnimationFormat: String, CaseIterable, Sendable {
  /// Palettes of 255 colours, shown everywhere.
  case gif
  /// Every colour as it is, in larger files; shown by browsers.
  case apng

  /// Devices and pipes, such as /dev/stdout, have no ending and get a GIF.
  /// - Throws: `MediaError` if the file's name ends otherwise.
  public init(path: String) throws(MediaError) {
    let name = path.lowercased()
    if let format = Self.allCases.first(where: { name.hasSuffix("." + $0.rawValue) }) {
      self = format
    } else if isDevice(path) {
      self = .gif
    } else {
      throw .notAnAnimation(path: path)
    }
  }

  /// Frames a second. Browsers do not honour delays of 1/100 s and less; fields of 16 bits hold the longest.
  public var frameRates: ClosedRange<Double> {
    switch self {
    case .gif: 0.0016...50
    case .apng: 0.0016...90
    }
  }

  /// - Throws: `MediaError` if files of this format cannot show so many frames a second.
  public func requireFrameRate(_ framesPerSecond: Double) throws(MediaError) {
    guard frameRates.contains(framesPerSecond) else { throw .wrongFrameRate(framesPerSecond, self) }
  }
}

/// An encoder for the format in which a file's name ends.
///
/// - Parameter recipe: a JSON object in ASCII that says how the animation was made; it is written into the file.
/// - Throws: `MediaError` if the name ends otherwise, the format cannot hold the animation, or the file cannot be
///   written.
public func animationEncoder(
  for path: String, _ animation: AnimationDescription, recipe: String? = nil
) throws -> any AnimationEncoder {
  switch try AnimationFormat(path: path) {
  case .gif: try GIFEncoder(path: path, animation, recipe: recipe)
  case .apng: try APNGEncoder(path: path, animation, recipe: recipe)
  }
}
