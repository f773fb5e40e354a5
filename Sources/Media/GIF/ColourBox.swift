/// Bins of a histogram that share one entry of a palette, until the box is split.
struct ColourBox {
  private let bins: [Histogram.Bin]
  /// The axis of Oklab along which the box is split: the one with the largest weighted squared error.
  private var axis = 0
  private var range: ClosedRange<Float> = 0...0
  /// The weighted squared error along that axis; 0 when the box cannot be split.
  private(set) var error = 0.0

  init(_ bins: [Histogram.Bin]) {
    self.bins = bins
    for axis in 0..<3 {
      var (weight, sum, squares) = (0.0, 0.0, 0.0)
      var (lowest, highest) = (Float.infinity, -Float.infinity)
      for bin in bins {
        let value = Double(bin.mean[axis])
        weight += bin.weight
        sum += bin.weight * value
        squares += bin.weight * value * value
        lowest = min(lowest, bin.mean[axis])
        highest = max(highest, bin.mean[axis])
      }
      let error = squares - sum * sum / weight
      if lowest < highest, error > self.error {
        (self.axis, range, self.error) = (axis, lowest...highest, error)
      }
    }
  }

  var mean: Oklab { Self.sum(bins).mean }

  /// The two boxes with the least error, over all axes, that a cut across the widest axis can make. The cut falls
  /// between two of 256 slices.
  func split() -> (ColourBox, ColourBox) {
    var slices = [ColourSum](repeating: ColourSum(), count: 256)
    for bin in bins { slices[slice(of: bin)].add(bin.mean, weight: bin.weight) }

    let whole = slices.reduce(ColourSum(), +)
    var below = ColourSum()
    var best = (slice: 0, explained: -Double.infinity)
    for (number, slice) in slices.dropLast().enumerated() where slice.weight > 0 {
      below = below + slice
      let explained = below.explained + (whole - below).explained
      if explained > best.explained { best = (number, explained) }
    }
    return (
      ColourBox(bins.filter { slice(of: $0) <= best.slice }),
      ColourBox(bins.filter { slice(of: $0) > best.slice })
    )
  }

  private func slice(of bin: Histogram.Bin) -> Int {
    Int((bin.mean[axis] - range.lowerBound) / (range.upperBound - range.lowerBound) * 255)
  }

  private static func sum(_ bins: [Histogram.Bin]) -> ColourSum {
    var sum = ColourSum()
    for bin in bins { sum.add(bin.mean, weight: bin.weight) }
    return sum
  }
}
