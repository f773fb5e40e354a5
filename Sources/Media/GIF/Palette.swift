/// The colours of a frame, at most 255 and each once, from dark to light.
struct Palette {
  /// Index 255 is left for "as before".
  static let limit = 255

  let colours: [Colour]
  let search: ColourSearch
  /// For each colour the numbers of the 12 nearest ones, itself first.
  let neighbours: [[Int]]

  /// The colours that serve a histogram best: boxes are split where the error is largest, then six rounds of Lloyd's
  /// algorithm (1957) move each colour to the middle of those it serves.
  init(_ histogram: Histogram) {
    var means = Self.splitMeans(histogram.bins)
    for _ in 0..<6 { means = Self.refined(means, for: histogram.bins) }
    let colours = Array(Set(means.map(\.colour)))
    let ordered = colours.map { (colour: $0, oklab: Oklab($0)) }.sorted {
      ($0.oklab.lightness, $0.colour.key) < ($1.oklab.lightness, $1.colour.key)
    }
    self.colours = ordered.map(\.colour)
    let oklab = ordered.map(\.oklab)
    search = ColourSearch(sorted: oklab)
    neighbours = oklab.map { colour in
      let distances = oklab.map { $0.squaredDistance(to: colour) }
      return Array(oklab.indices.sorted { distances[$0] < distances[$1] }.prefix(12))
    }
  }

  /// The weighted root mean square of the distances from the bins to their nearest colours.
  func error(for histogram: Histogram) -> Double {
    let (error, weight) = histogram.bins.reduce((0.0, 0.0)) { sum, bin in
      (sum.0 + bin.weight * Double(search.nearest(to: bin.mean).squaredDistance), sum.1 + bin.weight)
    }
    return (error / weight).squareRoot()
  }

  private static func splitMeans(_ bins: [Histogram.Bin]) -> [Oklab] {
    var boxes = [ColourBox(bins)]
    while boxes.count < limit {
      let worst = boxes.indices.max { boxes[$0].error < boxes[$1].error } ?? 0
      if boxes[worst].error <= 0 { break }
      let (darker, lighter) = boxes[worst].split()
      boxes[worst] = darker
      boxes.append(lighter)
    }
    return boxes.map(\.mean)
  }

  /// One round: each bin is assigned to its nearest colour, each colour becomes the mean of its bins, and a colour
  /// without bins becomes the mean of the bin with the largest error.
  private static func refined(_ means: [Oklab], for bins: [Histogram.Bin]) -> [Oklab] {
    let search = ColourSearch(sorted: means.sorted { $0.lightness < $1.lightness })
    var sums = [ColourSum](repeating: ColourSum(), count: means.count)
    var errors = [Double](repeating: 0, count: bins.count)
    for (number, bin) in bins.enumerated() {
      let nearest = search.nearest(to: bin.mean)
      sums[nearest.index].add(bin.mean, weight: bin.weight)
      errors[number] = bin.weight * Double(nearest.squaredDistance)
    }
    return sums.map { sum in
      if sum.weight > 0 { return sum.mean }
      let worst = errors.indices.max { errors[$0] < errors[$1] } ?? 0
      errors[worst] = 0
      return bins[worst].mean
    }
  }
}
