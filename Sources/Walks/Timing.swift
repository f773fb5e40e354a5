/// Which position of a path each frame shows.
///
///     let path = InterpolationWalk(noises: [0, 0])
///     Timing(frameCount: 3).position(of: 1, on: path)                         // half-way
///     Timing(frameCount: 3, positions: [0, 0.8, 1]).position(of: 1, on: path)   // at 0.8
public struct Timing: Sendable, Hashable, Codable {
  public let frameCount: Int
  /// The position of each frame in legs, if the pace was measured; nil for an even pace.
  public let positions: [Double]?

  public init(frameCount: Int, positions: [Double]? = nil) {
    self.frameCount = frameCount
    self.positions = positions
  }

  /// - Parameter frame: 0 ..< frameCount.
  public func position(of frame: Int, on path: some Path) -> Position {
    precondition(0..<frameCount ~= frame, "The frames are 0..<\(frameCount); \(frame) is none of them.")
    if let positions {
      precondition(
        positions.count == frameCount, "\(positions.count) positions do not fit \(frameCount) frames.")
      return Position(positions[frame])
    }
    // On a closed path the frame after the last would be the first; on an open one the last frame is the end.
    let gaps = path.isClosed ? frameCount : max(1, frameCount - 1)
    let (leg, rest) = (frame * path.legCount).quotientAndRemainder(dividingBy: gaps)
    return Position(leg: leg, fraction: Double(rest) / Double(gaps))
  }

  /// The frames in the order in which they play. There and back again, each end plays once: 0 1 2 3 play as 0 1 2 3 2
  /// 1.
  public func playingOrder(pingPong: Bool) -> [Int] {
    precondition(frameCount >= 0, "A walk has no fewer than 0 frames, not \(frameCount).")
    let forth = Array(0..<frameCount)
    return pingPong ? forth + forth.dropFirst().dropLast().reversed() : forth
  }
}
