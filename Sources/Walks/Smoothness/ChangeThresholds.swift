/// What the distance of two neighbouring frames means to the eye.
public struct ChangeThresholds: Sendable, Hashable {
  /// Below this the picture flows.
  public let flow: Double
  /// Above this the change is seen as a cut.
  public let cut: Double

  public init(flow: Double, cut: Double) {
    precondition(0 < flow && flow < cut, "A cut is larger than what flows.")
    self.flow = flow
    self.cut = cut
  }

  /// Of the distance that `OklabPyramid` of the target Media measures; found by eye on contact sheets of the bundled model.
  public static let oklab = ChangeThresholds(flow: 0.02, cut: 0.06)
}
