import Foundation

/// Numbers along one side of a plot.
struct Axis {
  let range: ClosedRange<Double>
  /// Where the range's ends are, in pixels.
  let pixels: (Double, Double)

  func place(_ value: Double) -> Double {
    let width = range.upperBound - range.lowerBound
    let share = width > 0 ? (value - range.lowerBound) / width : 0.5
    return pixels.0 + share * (pixels.1 - pixels.0)
  }

  /// Round numbers within the range: multiples of 1, 2 or 5 times a power of ten, about so many.
  func ticks(about count: Int, smallest: Double = 0) -> [Double] {
    let step = Self.roundStep(atLeast: (range.upperBound - range.lowerBound) / Double(count), smallest)
    let (first, last) = ((range.lowerBound / step).rounded(.up), (range.upperBound / step).rounded(.down))
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  static func roundStep(atLeast width: Double, _ smallest: Double = 0) -> Double {
    let wanted = max(width, smallest, 1e-9)
    let power = pow(10, log10(wanted).rounded(.down))
    return ([1, 2, 5].map { $0 * power }.first { $0 >= wanted * 0.999 }) ?? 10 * power
  }
}
