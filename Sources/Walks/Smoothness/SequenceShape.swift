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
  /// - Parameters:
  ///   - frameCount: n; only an even number from 4 can be there and back again.
  ///   - distance: of two frames by their numbers.
  public static func isPingPong(frameCount: Int, distance: (Int, Int) -> Double) -> Bool {
    guard frameCount >= 4, frameCount % 2 == 0 else { return false }
    let steps = (0..<frameCount / 2).map { distance($0, $0 + 1) }
    // Pictures of an animation with few colours are not exactly the same on the way back.
    let sameness = 0.25 * (median(steps) ?? 0) + 0.002
    return steps.contains { $0 > 0 }
      && (1..<frameCount / 2).allSatisfy { distance($0, frameCount - $0) <= sameness }
  }
}
