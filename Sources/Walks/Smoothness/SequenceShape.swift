/// What the order of an animation's frames shows, from their distances.
public enum SequenceShape {
  /// Frames that are far from both neighbours while these are close to each other: they flash up and are gone.
  ///
  /// A frame counts when its distances to both neighbours are larger than `factor` times their distance from each other
  /// and the median of all changes, and more than what flows.
  public static func strayFrames(
    neighbours: [Double], secondNeighbours: [Double], factor: Double = 3,
    thresholds: ChangeThresholds = .oklab
  ) -> [Int] {
    let usual = median(neighbours) ?? 0
    return secondNeighbours.indices.filter { place in
      let distance = min(neighbours[place], neighbours[place + 1])
      return distance > thresholds.flow && distance > factor * max(secondNeighbours[place], usual)
    }.map { $0 + 1 }
  }

  /// Whether an animation plays there and back again, as 0 1 2 3 2 1 does: frame i and frame n - i look the same.
  ///
  /// In an animation of few colours they are not exactly the same: up to 0.15 of what is farthest from the first frame is
  /// taken for it (a GIF of a very slow walk has 0.11, a circle 0.9).
  /// - Parameters:
  ///   - frameCount: n; only an even number from 4 can be there and back again.
  ///   - distance: of two frames by their numbers.
  public static func isPingPong(frameCount: Int, distance: (Int, Int) -> Double) -> Bool {
    guard frameCount >= 4, frameCount % 2 == 0 else { return false }
    let farthest = (1..<frameCount).map { distance(0, $0) }.max() ?? 0
    return farthest > 0
      && (1..<frameCount / 2).allSatisfy { distance($0, frameCount - $0) <= 0.15 * farthest }
  }
}
