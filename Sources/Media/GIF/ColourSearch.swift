/// Finds the nearest of some colours. They are sorted by lightness: a search begins at the colour's own lightness and
/// goes outwards until the difference in lightness alone is too large.
struct ColourSearch {
  let colours: [Oklab]

  init(sorted colours: [Oklab]) {
    self.colours = colours
  }

  func nearest(to colour: Oklab) -> (index: Int, squaredDistance: Float) {
    var nearest = (index: 0, squaredDistance: Float.infinity)
    goOutwards(from: colour) { index, squaredDistance in
      if squaredDistance < nearest.squaredDistance { nearest = (index, squaredDistance) }
      return nearest.squaredDistance
    }
    return nearest
  }

  /// Visits the colours in the order of their difference in lightness. Each visit returns the squared distance from
  /// which on nothing is of interest any more.
  @inline(__always)
  private func goOutwards(from colour: Oklab, visit: (_ index: Int, _ squaredDistance: Float) -> Float) {
    colours.withUnsafeBufferPointer { colours in
      var above = Self.firstIndex(notDarkerThan: colour.lightness, in: colours)
      var below = above - 1
      var limit = Float.infinity
      while true {
        let up = above < colours.count ? colours[above].lightness - colour.lightness : .infinity
        let down = below >= 0 ? colour.lightness - colours[below].lightness : .infinity
        let step = min(up, down)
        if step * step >= limit { return }
        let index = up < down ? above : below
        if up < down { above += 1 } else { below -= 1 }
        limit = visit(index, colours[index].squaredDistance(to: colour))
      }
    }
  }

  private static func firstIndex(
    notDarkerThan lightness: Float, in colours: UnsafeBufferPointer<Oklab>
  ) -> Int {
    var (low, high) = (0, colours.count)
    while low < high {
      let middle = (low + high) / 2
      if colours[middle].lightness < lightness { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
