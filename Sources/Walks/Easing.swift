import Glibc

/// How the way between two key frames is paced: a cubic Bézier curve from (0, 0) to (1, 1), as in CSS.
///
///     Easing.smooth(0.5)                      // 0.5
///     Easing.in(0.5) < 0.5                    // it begins slowly
///
/// W3C, "CSS Easing Functions Level 1", section 2.2.
public struct Easing: Sendable, Hashable {
  /// The two control points, x1, y1, x2, y2, each 0 ... 1; nil for a straight line.
  public let controls: [Double]?

  /// - Returns: nil unless these are four numbers of 0 ... 1, so that time never runs back.
  public init?(controls: [Double]) {
    guard controls.count == 4, controls.allSatisfy({ 0...1 ~= $0 }) else { return nil }
    self.controls = controls
  }

  private init(_ controls: [Double]?) { self.controls = controls }

  public static let linear = Easing(nil as [Double]?)
  /// Slow at both ends.
  public static let smooth = Easing([0.42, 0, 0.58, 1])
  /// Slow at the beginning.
  public static let `in` = Easing([0.42, 0, 1, 1])
  /// Slow at the end.
  public static let out = Easing([0, 0, 0.58, 1])

  /// Those with a name.
  public static let named: [(name: String, easing: Easing)] = [
    ("linear", .linear), ("smooth", .smooth), ("in", .in), ("out", .out),
  ]

  /// How much of the way is done after a part of the time, both 0 ... 1.
  public func callAsFunction(_ time: Double) -> Double {
    guard let controls, time > 0, time < 1 else { return min(1, max(0, time)) }
    func curve(_ s: Double, _ a: Double, _ b: Double) -> Double {
      3 * (1 - s) * (1 - s) * s * a + 3 * (1 - s) * s * s * b + s * s * s
    }
    // x grows with s, so halving finds s; 60 halvings reach Double's last digit.
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if curve(middle, controls[0], controls[2]) < time { low = middle } else { high = middle }
    }
    return curve((low + high) / 2, controls[1], controls[3])
  }
}

/// A name, or the four numbers.
extension Easing: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let name = try? container.decode(String.self) {
      guard let known = Self.named.first(where: { $0.name == name }) else {
        throw DecodingError.dataCorruptedError(
          in: container,
          debugDescription: "\(name) is no easing; choose \(Self.named.map(\.name).joined(separator: ", "))")
      }
      self = known.easing
    } else {
      guard let easing = Easing(controls: try container.decode([Double].self)) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "an easing is four numbers of 0 to 1: x1, y1, x2, y2")
      }
      self = easing
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let name = Self.named.first(where: { $0.easing == self })?.name {
      try container.encode(name)
    } else {
      try container.encode(controls ?? [])
    }
  }
}
