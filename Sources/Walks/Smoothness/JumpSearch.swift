import Glibc

/// Finds out whether the model jumps in a gap, or only changes fast: where halving the gap does not halve the change,
/// it jumps. The caller renders the positions that are asked for and says how different their pictures are.
///
///     var search = JumpSearch(MeasuredGap(start: 0, end: 0.1, distance: 0.2))
///     while let middle = search.nextPosition {
///       let isBefore = middle < 0.07   // a path that jumps at 0.07
///       search.add(distanceFromStart: isBefore ? 0 : 0.2, distanceToEnd: isBefore ? 0.2 : 0)
///     }
///     print(search.outcome)   // a jump of 0.2 within 1/640 around 0.07
///
/// The gap is halved up to six times, always going on in the half with the larger change, and no further when that
/// change flows. It is a jump when 0.4 of the change is left in 1/64 of the gap (walks-measured.md, section 3).
public struct JumpSearch: Sendable {
  public enum Outcome: Sendable, Hashable {
    case searching
    /// A steep slope: more frames resolve it.
    case resolved
    /// The model jumps between the ends of this gap.
    case jump(MeasuredGap)
  }

  public static let halvings = 6
  private static let leftOfJump = 0.4

  public let gap: MeasuredGap
  /// What was measured: gaps in order that cover the first one, the jump among them.
  public private(set) var gaps: [MeasuredGap]
  public private(set) var outcome: Outcome = .searching
  private let thresholds: ChangeThresholds
  private let first: MeasuredGap
  private var halvings: Int
  /// Among `gaps`, the one that is halved next.
  private var place = 0

  /// - Parameters:
  ///   - gap: a gap whose ends were compared, in general one with a change that is seen as a cut.
  ///   - first: the gap of which it is a half, a quarter and so on, if it was halved already.
  public init(_ gap: MeasuredGap, halvedFrom first: MeasuredGap? = nil, thresholds: ChangeThresholds = .oklab)
  {
    (self.gap, self.first, self.thresholds) = (gap, first ?? gap, thresholds)
    halvings = Int(log2((first ?? gap).width / gap.width).rounded())
    gaps = [gap]
    decide()
  }

  /// The gap that is halved next: the picture between is compared with those at its two ends.
  public var current: MeasuredGap { gaps[place] }

  /// The position to be rendered next; nil when the outcome is known.
  public var nextPosition: Double? {
    guard outcome == .searching else { return nil }
    return current.start + current.width / 2
  }

  /// Takes what was measured at `nextPosition`.
  /// - Parameters:
  ///   - distanceFromStart: from the picture at the start of `current`.
  ///   - distanceToEnd: to the picture at its end.
  public mutating func add(distanceFromStart: Double, distanceToEnd: Double) {
    guard let middle = nextPosition else { preconditionFailure("The search has ended.") }
    let halves = [
      MeasuredGap(start: current.start, end: middle, distance: distanceFromStart),
      MeasuredGap(start: middle, end: current.end, distance: distanceToEnd),
    ]
    gaps.replaceSubrange(place...place, with: halves)
    if distanceToEnd > distanceFromStart { place += 1 }
    halvings += 1
    decide()
  }

  private mutating func decide() {
    if current.distance < thresholds.flow {
      outcome = .resolved
    } else if halvings >= Self.halvings {
      guard current.distance > Self.leftOfJump * first.distance else {
        outcome = .resolved
        return
      }
      gaps[place] = MeasuredGap(
        start: current.start, end: current.end, distance: current.distance, isJump: true)
      outcome = .jump(gaps[place])
    }
  }
}
