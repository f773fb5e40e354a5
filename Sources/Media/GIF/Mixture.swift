/// How a colour is shown with a palette: by two of its entries, side by side.
struct Mixture {
  /// The entry of the darker colour and its distance from the colour to be shown.
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
  /// The best mixture for a colour c. Among the nearest entry and its neighbours it takes the pair u, v and the share
  /// t that minimise |(1 - t) u + t v - c|² + 0.15 t (1 - t) |u - v|²: close to the colour on the whole, without loud
  /// grain.
  func mixture(for c: Oklab) -> Mixture {
    let nearest = search.nearest(to: c)
    var best = (darker: nearest.index, lighter: nearest.index, share: Float(0))
    var leastCost = nearest.squaredDistance
    let candidates = neighbours[nearest.index]
    for (position, u) in candidates.enumerated() {
      let uError = search.colours[u].squaredDistance(to: c)
      for v in candidates[(position + 1)...] {
        let vError = search.colours[v].squaredDistance(to: c)
        let gap = search.colours[u].squaredDistance(to: search.colours[v])
        // The cost is |u - c|² - slope t + curvature/2 t². (c - u) · (v - u) comes from the three sides of the
        // triangle.
        let slope = uError + gap - vError - 0.15 * gap
        let curvature = 2 * 0.85 * gap
        // The least cost is |u - c|² - slope² / (2 curvature); most pairs fail here, before any division.
        guard slope > 0, slope < curvature, slope * slope > 2 * curvature * (uError - leastCost) else {
          continue
        }
        let t = slope / curvature
        leastCost = uError - slope * t / 2
        // Entries are numbered by lightness.
        best = u < v ? (u, v, t) : (v, u, 1 - t)
      }
    }
    return Mixture(
      darker: (UInt8(best.darker), search.colours[best.darker].distance(to: c)),
      lighter: (UInt8(best.lighter), search.colours[best.lighter].distance(to: c)),
      share: best.share)
  }
}
