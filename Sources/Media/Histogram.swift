/// How much each part of the colour space matters in a picture: bins of 6 bits a channel with their weights.
struct Histogram {
  struct Bin {
    var weight: Double
    /// The weighted mean of the colours in the bin.
    var mean: Oklab
  }

  let bins: [Bin]

  /// Counts each pixel with its weight. No bin gets more than 2 % of the whole, or a plain background would take the
  /// colours that a small face needs.
  init(_ colours: DistinctColours, weights: [Float]) {
    var sums: [ColourSum] = []
    var table = [Int32](repeating: -1, count: 1 << 18)
    var total = 0.0
    for (pixel, number) in colours.numbers.enumerated() {
      let colour = colours.colours[Int(number)]
      let slot = Int(colour.red >> 2) << 12 | Int(colour.green >> 2) << 6 | Int(colour.blue >> 2)
      if table[slot] < 0 {
        table[slot] = Int32(sums.count)
        sums.append(ColourSum())
      }
      sums[Int(table[slot])].add(colours.oklab[Int(number)], weight: Double(weights[pixel]))
      total += Double(weights[pixel])
    }
    bins = sums.map { Bin(weight: min($0.weight, 0.02 * total), mean: $0.mean) }
  }
}

/// A weighted sum of colours; in double precision, because a whole picture may fall into one.
struct ColourSum {
  private(set) var weight = 0.0
  private var lightness = 0.0
  private var a = 0.0
  private var b = 0.0

  mutating func add(_ colour: Oklab, weight: Double) {
    self.weight += weight
    lightness += weight * Double(colour.lightness)
    a += weight * Double(colour.a)
    b += weight * Double(colour.b)
  }

  var mean: Oklab {
    Oklab(lightness: Float(lightness / weight), a: Float(a / weight), b: Float(b / weight))
  }

  static func + (one: ColourSum, other: ColourSum) -> ColourSum {
    var sum = one
    sum.weight += other.weight
    sum.lightness += other.lightness
    sum.a += other.a
    sum.b += other.b
    return sum
  }

  static func - (whole: ColourSum, part: ColourSum) -> ColourSum {
    var rest = whole
    rest.weight -= part.weight
    rest.lightness -= part.lightness
    rest.a -= part.a
    rest.b -= part.b
    return rest
  }

  /// The part of the squared error that setting these colours to their mean removes: |sum|² / weight.
  var explained: Double { (lightness * lightness + a * a + b * b) / weight }
}
