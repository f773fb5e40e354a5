/// Which position of a path each frame shows.
///
///     let path = InterpolationWalk(noises: [0, 0])
///     Timing(frameCount: 3).position(of: 1, on: path)                         // half-way
///     let knots = [Timing.Knot(frame: 0, position: 0), Timing.Knot(frame: 2, position: 1, easing: .linear)]
///     Timing(frameCount: 3, knots: knots).position(of: 1, on: path)           // half-way, too
public struct Timing: Sendable, Hashable, Codable {
  public let frameCount: Int
  /// When the walk is where, in the order of the frames; nil for equal legs in equal times.
  public let knots: [Knot]?
  /// What was measured of the walk, in place of the knots; nil if nothing was.
  public var measured: Measured?

  public init(frameCount: Int, knots: [Knot]? = nil, measured: Measured? = nil) {
    (self.frameCount, self.knots, self.measured) = (frameCount, knots, measured)
  }

  /// The walk is at a position at a frame, which may lie between two.
  public struct Knot: Sendable, Hashable, Codable {
    public let frame: Double
    /// In legs.
    public let position: Double
    /// How the way to the next knot is paced; nil for linear.
    public let easing: Easing?

    public init(frame: Double, position: Double, easing: Easing? = nil) {
      (self.frame, self.position, self.easing) = (frame, position, easing)
    }
  }

  /// A pace at which the picture changes evenly.
  public struct Measured: Sendable, Hashable, Codable {
    /// The share of frames that was rendered beyond those of the walk, to choose from.
    public let extra: Double
    public let knots: [Knot]

    public init(extra: Double, knots: [Knot]) { (self.extra, self.knots) = (extra, knots) }

    /// - Parameter positions: of each frame, in legs.
    public init(extra: Double, positions: [Double]) {
      self.init(extra: extra, knots: Timing.knots(through: positions, tolerance: 0))
    }
  }

  /// The fewest knots whose straight lines come within a tolerance, in legs, of each frame's position.
  ///
  /// Ramer, "An Iterative Procedure for the Polygonal Approximation of Plane Curves" (1972), with the distance along
  /// the position.
  public static func knots(through positions: [Double], tolerance: Double) -> [Knot] {
    guard let last = positions.indices.last else { return [] }
    var (kept, open) = (Set([0, last]), [(0, last)])
    while let (from, to) = open.popLast() {
      // As `position(of:)` computes it, so that without tolerance each position comes back with all its digits.
      let error = { (frame: Int) in
        let part = Double(frame - from) / Double(to - from)
        return abs(positions[frame] - (positions[from] + part * (positions[to] - positions[from])))
      }
      guard let worst = (from..<to).max(by: { error($0) < error($1) }), error(worst) > tolerance else {
        continue
      }
      kept.insert(worst)
      open += [(from, worst), (worst, to)]
    }
    return kept.sorted().map { Knot(frame: Double($0), position: positions[$0]) }
  }

  /// - Parameter frame: 0 ..< frameCount.
  public func position(of frame: Int, on path: some Path) -> Position {
    precondition(0..<frameCount ~= frame, "The frames are 0..<\(frameCount); \(frame) is none of them.")
    return (measured?.knots ?? knots).map { Position(Self.position(of: Double(frame), $0)) }
      ?? evenPosition(frame, path)
  }

  private func evenPosition(_ frame: Int, _ path: some Path) -> Position {
    // On a closed path the frame after the last would be the first; on an open one the last frame is the end.
    let gaps = path.isClosed ? frameCount : max(1, frameCount - 1)
    let (leg, rest) = (frame * path.legCount).quotientAndRemainder(dividingBy: gaps)
    return Position(leg: leg, fraction: Double(rest) / Double(gaps))
  }

  private static func position(of frame: Double, _ knots: [Knot]) -> Double {
    // Where two knots have one frame, the later one holds.
    guard let index = knots.lastIndex(where: { $0.frame <= frame }) else { return knots.first?.position ?? 0 }
    let knot = knots[index]
    guard index + 1 < knots.count else { return knot.position }
    let next = knots[index + 1]
    let part = (knot.easing ?? .linear)((frame - knot.frame) / (next.frame - knot.frame))
    return part == 0 ? knot.position : knot.position + part * (next.position - knot.position)
  }

  /// The frames in the order in which they play. There and back again, each end plays once: 0 1 2 3 play as 0 1 2 3 2
  /// 1.
  public func playingOrder(pingPong: Bool) -> [Int] {
    precondition(frameCount >= 0, "A walk has no fewer than 0 frames, not \(frameCount).")
    let forth = Array(0..<frameCount)
    return pingPong ? forth + forth.dropFirst().dropLast().reversed() : forth
  }
}
