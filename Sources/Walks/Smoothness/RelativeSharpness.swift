/// How sharp the frames between key frames are, each relative to the mean of the two key frames around it: 1 is as sharp
/// as they are, less is softer. A cross-fade is softer.
public struct RelativeSharpness: Sendable, Hashable, Codable {
  public let median: Double
  public let lowest: Double

  /// nil without frames between, and when the key frames are flat.
  /// - Parameters:
  ///   - sharpness: of each frame, in any unit.
  ///   - keyFrames: the numbers of the key frames, rising; the first and the last frame always count as such.
  public init?(_ sharpness: [Double], keyFrames: [Int] = []) {
    guard sharpness.count > 2 else { return nil }
    let ends = Set([0, sharpness.count - 1] + keyFrames.filter(sharpness.indices.contains)).sorted()
    let shares = zip(ends, ends.dropFirst()).flatMap { start, end in
      let whole = (sharpness[start] + sharpness[end]) / 2
      return whole > 0 ? sharpness[start + 1..<end].map { $0 / whole } : []
    }
    guard let lowest = shares.min(), let median = Walks.median(shares) else { return nil }
    (self.median, self.lowest) = (median, lowest)
  }
}
