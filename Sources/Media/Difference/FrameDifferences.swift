/// What is measured of the frames of an animation, one frame after the other; the frames themselves are not kept.
///
///     var frames = FrameDifferences()
///     try frames.add(Picture(file: "frame-00000.png"))
///     try frames.add(Picture(file: "frame-00001.png"))
///     print(frames.distances(apart: 1))
public struct FrameDifferences: Sendable {
  public private(set) var pyramids: [OklabPyramid] = []
  /// `Picture.sharpness` of each frame.
  public private(set) var sharpness: [Double] = []

  public init() {}

  /// - Parameter picture: the next frame, of the same size as those before it.
  public mutating func add(_ picture: Picture) {
    pyramids.append(OklabPyramid(picture))
    sharpness.append(picture.sharpness)
  }

  public var count: Int { pyramids.count }

  /// How different two frames look.
  public func distance(_ one: Int, _ other: Int) -> Double { pyramids[one].distance(to: pyramids[other]) }

  /// The distance from each frame to the one so many places after it: `count - places` numbers.
  public func distances(apart places: Int) -> [Double] {
    (0..<max(0, count - places)).map { distance($0, $0 + places) }
  }
}
