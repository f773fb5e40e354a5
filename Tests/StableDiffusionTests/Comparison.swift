import Tensors
import Testing

/// How far a tensor is from the one expected, and where it is furthest.
struct Comparison: CustomStringConvertible {
  /// |a - b| / |b|, Euclidean.
  let relativeL2: Double
  let largestDifference: Float
  let index: Int
  let found: Float
  let expected: Float

  init(_ found: Tensor, _ expected: Tensor) {
    precondition(found.shape == expected.shape, "\(found.shape) is compared with \(expected.shape).")
    let (a, b) = (found.values, expected.values)
    var (difference, norm) = (0.0, 0.0)
    var worst = 0
    for i in a.indices {
      difference += Double(a[i] - b[i]) * Double(a[i] - b[i])
      norm += Double(b[i]) * Double(b[i])
      // A NaN is the worst that can be found.
      if !(abs(a[i] - b[i]) <= abs(a[worst] - b[worst])) { worst = i }
    }
    relativeL2 = (difference / max(norm, .leastNormalMagnitude)).squareRoot()
    index = worst
    largestDifference = abs(a[worst] - b[worst])
    self.found = a[worst]
    self.expected = b[worst]
  }

  var description: String {
    "relative L2 \(relativeL2), largest difference \(largestDifference) at \(index): \(found) instead of \(expected)"
  }
}

/// Expects every element within `tolerance`.
func expectEqual(
  _ found: Tensor, _ expected: Tensor, within tolerance: Float,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let comparison = Comparison(found, expected)
  #expect(comparison.largestDifference <= tolerance, "\(comparison)", sourceLocation: sourceLocation)
}

/// Expects |found - expected| / |expected| of at most `relativeL2`.
func expectEqual(
  _ found: Tensor, _ expected: Tensor, relativeL2: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  let comparison = Comparison(found, expected)
  #expect(comparison.relativeL2 <= relativeL2, "\(comparison)", sourceLocation: sourceLocation)
}
