/// How a colour is shown with a palette: by two of its entries, side by side.
struct Mixture {
  /// The entry of the darker colour and its distance from the colour that is meant.
  var darker: (index: UInt8, error: Float)
  var lighter: (index: UInt8, error: Float)
  /// How much of the lighter colour, 0...1.
  var share: Float

  /// The entry for a pixel with this threshold.
  func entry(at threshold: Float) -> (index: UInt8, error: Float) {
    share > threshold ? lighter : darker
  }
}

extension Palette {
  /// The best mixture for each colour. Among the 12 nearest entries it takes the pair u, v and the share t that minimise
  /// |(1 - t) u + t v - c|² + 0.15 t (1 - t) |u - v|²: close to the colour on the whole, without loud grain.
  func mixtures(for colours: [Oklab]) -> [Mixture] {
    var nearest = NearestColours(room: 12)
    return colours.map { colour in
      search.findNearest(to: colour, &nearest)
      return mixture(of: nearest, for: colour)
    }
  }

  private func mixture(of nearest: NearestColours, for c: Oklab) -> Mixture {
    var best = (darker: nearest[0], lighter: nearest[0], share: Float(0))
    var leastCost = nearest[0].squaredDistance
    for first in 0..<nearest.count where leastCost > 0 {
      for second in first + 1..<nearest.count {
        // The search's order is that of lightness.
        let inOrder = nearest[first].index < nearest[second].index
        let (u, v) = inOrder ? (nearest[first], nearest[second]) : (nearest[second], nearest[first])
        let gap = search.colours[u.index].squaredDistance(to: search.colours[v.index])
        // (c - u) · (v - u), from the three sides of the triangle.
        let projection = (u.squaredDistance + gap - v.squaredDistance) / 2
        let t = (2 * projection - 0.15 * gap) / (1.7 * gap)
        guard t > 0, t < 1 else { continue }
        let cost = u.squaredDistance - 2 * t * projection + t * t * gap + 0.15 * t * (1 - t) * gap
        if cost < leastCost { (best, leastCost) = ((u, v, t), cost) }
      }
    }
    return Mixture(
      darker: (UInt8(best.darker.index), best.darker.squaredDistance.squareRoot()),
      lighter: (UInt8(best.lighter.index), best.lighter.squaredDistance.squareRoot()),
      share: best.share)
  }
}
