/// The fixed mask that decides which pixels of a mixture get which of its two colours: void and cluster (Ulichney 1993,
/// sigma 1.9), without visible structure, the same for all frames, so that the grain does not move.
struct BlueNoise {
  static let side = 64

  /// One threshold a point in (0, 1), each of 4096 values once.
  private let thresholds: [Float]

  init() {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    let values = Dictionary(uniqueKeysWithValues: zip(digits, 0...))
    let ranks = blueNoiseTable.utf8.compactMap { values[$0] }
    thresholds = stride(from: 0, to: ranks.count, by: 2).map { index in
      (Float(64 * ranks[index] + ranks[index + 1]) + 0.5) / Float(Self.side * Self.side)
    }
  }

  /// The threshold of a pixel; the mask repeats. Other uses of the mask shift it, so that they are independent.
  func threshold(x: Int, y: Int, shift: Int = 0) -> Float {
    thresholds[(y + shift) % Self.side * Self.side + (x + shift) % Self.side]
  }
}
