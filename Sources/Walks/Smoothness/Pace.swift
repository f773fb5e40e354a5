/// How fast the picture changes along a path, as far as it was measured: where a walk's frames have to stand so that it
/// changes evenly.
///
///     // The picture changes three times as fast in the second half.
///     let pace = Pace(positions: [0, 0.5, 1], distances: [0.1, 0.3])
///     print(pace.positions(frameCount: 5))   // 0, 0.5, 0.666..., 0.833..., 1
///
/// The distances add up to C(p), the way from the beginning to the position p, which rises in straight lines between
/// the measured positions; frame j of n stands at C^-1(j / (n - 1) C(end)) (walk-methods.md, 5). At a jump nothing is
/// between its two ends: it gets one gap between frames, and its distance is no part of C.
public struct Pace: Sendable, Hashable, Codable {
  /// One after the other from the beginning of the path to its end.
  public let gaps: [MeasuredGap]

  /// - Parameters:
  ///   - positions: of the frames that were rendered, rising, in legs. Of a closed path the last one is the end, where
  ///     the first picture is shown again.
  ///   - distances: from the picture at each position to the next, one number less.
  ///   - jumps: as a `JumpSearch` found them; both ends of each are among the positions.
  public init(positions: [Double], distances: [Double], jumps: [MeasuredGap] = []) {
    precondition(positions.count >= 2, "A pace is measured at two positions or more.")
    precondition(distances.count == positions.count - 1, "A distance belongs to each gap.")
    precondition(
      jumps.allSatisfy { positions.contains($0.start) && positions.contains($0.end) },
      "The pictures at both ends of a jump belong to the pace.")
    gaps = zip(zip(positions, positions.dropFirst()), distances).map { ends, distance in
      let isJump = jumps.contains { $0.start <= ends.0 && ends.1 <= $0.end }
      return MeasuredGap(start: ends.0, end: ends.1, distance: distance, isJump: isJump)
    }
  }

  /// From frames in any order, such as those of several passes and of the search for jumps, all of which are compared in
  /// the order of their positions; of several frames at one position the first counts.
  ///
  ///     let pictures = [0, 1, 0.2]   // a second pass put a frame at 0.9
  ///     let pace = Pace(positions: [0, 1, 0.9]) { abs(pictures[$0] - pictures[$1]) }
  ///     print(pace.gaps[1].start)   // 0.9
  ///
  /// - Parameter distance: of two pictures, by their numbers among the positions.
  public init(positions: [Double], jumps: [MeasuredGap] = [], distance: (Int, Int) -> Double) {
    let order = positions.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
    let frames = order.reduce(into: [Int]()) { frames, frame in
      if let last = frames.last, positions[last] == positions[frame] { return }
      frames.append(frame)
    }
    self.init(
      positions: frames.map { positions[$0] },
      distances: zip(frames, frames.dropFirst()).map { distance($0, $1) }, jumps: jumps)
  }

  private init(gaps: [MeasuredGap]) { self.gaps = gaps }

  public var start: Double { gaps[0].start }
  public var end: Double { gaps[gaps.count - 1].end }
  public var jumps: [MeasuredGap] { gaps.filter(\.isJump) }

  /// This pace with what the search in one of its gaps measured there.
  public func refined(by search: JumpSearch) -> Pace {
    let place = gaps.firstIndex { $0.start == search.gap.start && $0.end == search.gap.end }
    guard let place else { preconditionFailure("What is searched is one of the pace's gaps.") }
    var refined = gaps
    refined.replaceSubrange(place...place, with: search.gaps)
    return Pace(gaps: refined)
  }
}
