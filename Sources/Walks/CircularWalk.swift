import Glibc

/// Goes once around a circle through two noises, for one prompt: the frame after the last would be the first,
/// so that the loop closes without a stutter.
///
///     z_k = cos(2 pi k / n) * x + sin(2 pi k / n) * y
///
/// The squares of the weights add up to one, so that every point of the circle is noise of variance one.
public struct CircularWalk: Walk {
  public let frameCount: Int
  public let embeddingAnchorCount = 1
  public let noiseAnchorCount = 2

  public init(frameCount: Int) {
    precondition(frameCount > 0, "A walk has at least one frame, not \(frameCount).")
    self.frameCount = frameCount
  }

  /// The circle goes on behind the last frame: frame n is frame 0 again.
  public func point(at frame: Int) -> Point {
    precondition(frame >= 0, "Frames are counted from 0, not from \(frame).")
    // Quarter turns are counted in whole numbers, so that the weights there are exactly 0, 1 and -1.
    let (quarters, rest) = (4 * frame).quotientAndRemainder(dividingBy: frameCount)
    let angle = Double(rest) / Double(frameCount) * Double.pi / 2
    let weights =
      switch quarters % 4 {
      case 0: [cos(angle), sin(angle)]
      case 1: [-sin(angle), cos(angle)]
      case 2: [-cos(angle), -sin(angle)]
      default: [sin(angle), -cos(angle)]
      }
    return Point(embedding: .single, noise: LinearCombination(weights: weights))
  }
}
