/// How much each part of the colour space matters in a picture: bins of colours with their weights.
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
    let binOfColour = Self.bins(of: colours.colours)
    var sums = [ColourSum](repeating: ColourSum(), count: (binOfColour.max() ?? 0) + 1)
    var total = 0.0
    for (pixel, number) in colours.numbers.enumerated() {
      let weight = Double(weights[pixel])
      sums[binOfColour[Int(number)]].add(colours.oklab[Int(number)], weight: weight)
      total += weight
    }
    bins = sums.map { Bin(weight: min($0.weight, 0.02 * total), mean: $0.mean) }
  }

  /// The number of each colour's bin. A picture of few colours has a bin for each of them; any other has 64 steps a
  /// channel.
  private static func bins(of colours: [Colour]) -> [Int] {
    if colours.count <= 4096 { return Array(colours.indices) }
    var numbers = [Int](repeating: -1, count: 1 << 18)
    var count = 0
    return colours.map { colour in
      let bin = step(colour.red) << 12 | step(colour.green) << 6 | step(colour.blue)
      if numbers[bin] < 0 {
        numbers[bin] = count
        count += 1
      }
      return numbers[bin]
    }
  }

  /// Steps of one level up to 15, then of five: near black a single level is seen (0, 0, 0 and 1, 1, 1 are 0.07 apart).
  private static func step(_ level: UInt8) -> Int {
    level < 16 ? Int(level) : 16 + (Int(level) - 16) / 5
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

/// The different colours of a picture, each once, and which of them each pixel has, so that a conversion such as that
/// to Oklab is made once a colour.
struct DistinctColours {
  let colours: [Colour]
  /// The same in Oklab.
  let oklab: [Oklab]
  /// For each pixel the number of its colour.
  let numbers: [Int32]

  init(_ picture: Picture) {
    let count = picture.width * picture.height
    var colours: [Colour] = []
    var numbers = [Int32](repeating: 0, count: count)
    // A hash table with open addresses, at most half full.
    let bits = Int.bitWidth - (2 * count - 1).leadingZeroBitCount
    var table = [Int32](repeating: -1, count: 1 << bits)
    for pixel in 0..<count {
      let colour = picture[pixel]
      // Fibonacci hashing: the upper bits of the product.
      var slot = Int((colour.key &* 0x9E37_79B9) >> UInt32(32 - bits))
      while table[slot] >= 0, colours[Int(table[slot])] != colour { slot = (slot + 1) & (table.count - 1) }
      if table[slot] < 0 {
        table[slot] = Int32(colours.count)
        colours.append(colour)
      }
      numbers[pixel] = table[slot]
    }
    self.colours = colours
    self.numbers = numbers
    oklab = colours.map { Oklab($0) }
  }
}
