/// A stretch of a path whose two ends were rendered and compared.
public struct MeasuredGap: Sendable, Hashable, Codable {
  /// Positions in legs.
  public let start: Double
  public let end: Double
  /// How different the pictures at the two ends look.
  public let distance: Double
  /// Whether the model itself jumps here: no position between shows a picture between.
  public let isJump: Bool

  public init(start: Double, end: Double, distance: Double, isJump: Bool = false) {
    precondition(start < end, "A gap ends after its start, not from \(start) to \(end).")
    precondition(distance >= 0 && distance.isFinite, "\(distance) is no distance.")
    self.start = start
    self.end = end
    self.distance = distance
    self.isJump = isJump
  }

  public var width: Double { end - start }
}
