extension Pace {
  /// A frame whose position is given, such as a key frame that has its place in the time line.
  public struct FixedFrame: Sendable, Hashable, Codable {
    public let frame: Int
    /// In legs.
    public let position: Double

    public init(frame: Int, position: Double) {
      self.frame = frame
      self.position = position
    }
  }

  /// The positions of a walk's frames, rising, in legs: evenly spaced in what the picture changes.
  ///
  /// The first frame is the beginning of the path. The last is its end; of a closed path the frame after the last would
  /// be. Between fixed frames each section is even in itself. At most as many jumps as there are gaps get one of their
  /// own, the larger ones first.
  /// - Parameter fixed: rising in frames and not falling in positions, within the path.
  public func positions(frameCount: Int, isClosed: Bool = false, fixed: [FixedFrame] = []) -> [Double] {
    precondition(frameCount > 0, "A walk has a frame.")
    let last = isClosed ? frameCount : frameCount - 1
    guard last > 0 else { return [start] }
    let inner = fixed.filter { $0.frame > 0 && $0.frame < last }
    let ends = [FixedFrame(frame: 0, position: start)] + inner + [FixedFrame(frame: last, position: end)]
    var positions = [start]
    for (from, to) in zip(ends, ends.dropFirst()) {
      precondition(
        from.frame < to.frame && from.position <= to.position,
        "Fixed frames rise: frame \(from.frame) at \(from.position), frame \(to.frame) at \(to.position).")
      positions += section(from: from.position, to: to.position, gaps: to.frame - from.frame)
    }
    return Array(positions.prefix(frameCount))
  }

  /// The positions after `from` up to `to`.
  private func section(from: Double, to: Double, gaps count: Int) -> [Double] {
    let within = gaps.filter { $0.end > from && $0.start < to }.compactMap { $0.clipped(from: from, to: to) }
    let ranked = within.filter(\.isJump).sorted { $0.distance > $1.distance }
    let jumps = ranked.prefix(count).sorted { $0.start < $1.start }
    let bounds = [from] + jumps.flatMap { [$0.start, $0.end] } + [to]
    let pieces = stride(from: 0, to: bounds.count, by: 2).map { Piece(within, bounds[$0], bounds[$0 + 1]) }
    let changes = pieces.contains { $0.way > 0 }
    let shares = apportioned(count - jumps.count, to: pieces.map { changes ? $0.way : $0.width })
    var positions: [Double] = []
    for (number, piece) in pieces.enumerated() {
      // The frame after a jump stands at its end, so that the jump has exactly this gap.
      if number > 0 { positions.append(piece.start) }
      positions += (0..<shares[number]).map { piece.position(at: Double($0 + 1) / Double(shares[number])) }
    }
    positions[positions.count - 1] = to
    return positions
  }
}

/// What lies between two jumps: the way along it, C, in straight lines.
private struct Piece {
  let start: Double
  private let end: Double
  private let gaps: [MeasuredGap]

  init(_ gaps: [MeasuredGap], _ start: Double, _ end: Double) {
    (self.start, self.end) = (start, end)
    // A jump without a gap of its own is passed like any other steep part, and counts nothing.
    self.gaps = gaps.filter { $0.start >= start && $0.end <= end && !$0.isJump }
  }

  var width: Double { end - start }

  var way: Double { gaps.reduce(0) { $0 + $1.distance } }

  /// C^-1 of a share, 0 to 1, of the piece's way; where nothing changes, that share of its length.
  func position(at share: Double) -> Double {
    guard way > 0 else { return start + share * width }
    guard share < 1 else { return end }
    var rest = share * way
    for gap in gaps {
      if rest < gap.distance { return gap.start + rest / gap.distance * gap.width }
      rest -= gap.distance
    }
    return end
  }
}

/// Gaps for each piece of the way, in proportion to their lengths: one after the other to the piece whose steps are the
/// longest (Webster's method). A piece shorter than half a step gets none.
private func apportioned(_ count: Int, to lengths: [Double]) -> [Int] {
  var shares = [Int](repeating: 0, count: lengths.count)
  let steps = { (piece: Int) in lengths[piece] / (Double(shares[piece]) + 0.5) }
  for _ in 0..<count {
    let longest = lengths.indices.max { steps($0) < steps($1) } ?? 0
    shares[longest] += 1
  }
  return shares
}

extension MeasuredGap {
  /// The part of the gap between two positions, with its share of the distance; nil if nothing is left.
  fileprivate func clipped(from: Double, to: Double) -> MeasuredGap? {
    let (start, end) = (max(start, from), min(end, to))
    guard start < end else { return nil }
    return MeasuredGap(
      start: start, end: end, distance: isJump ? distance : distance * (end - start) / width, isJump: isJump)
  }
}
