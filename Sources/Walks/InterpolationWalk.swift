/// Goes from prompt to prompt in a straight line at an even pace; all frames share one noise.
///
///     e(u) = (1 - u) * e_1 + u * e_2,   u = i / (n - 1)
///
/// With more than two prompts each leg takes the same time. The first frame is the first prompt and the last
/// frame the last; a single frame is the first.
public struct InterpolationWalk: Walk {
  public let frameCount: Int
  public let embeddingAnchorCount: Int
  public let noiseAnchorCount = 1

  public init(prompts: Int, frameCount: Int) {
    precondition(prompts > 0, "An interpolation needs a prompt to begin with.")
    precondition(frameCount > 0, "A walk has at least one frame, not \(frameCount).")
    embeddingAnchorCount = prompts
    self.frameCount = frameCount
  }

  public func point(at frame: Int) -> Point {
    precondition(0..<frameCount ~= frame, "The frames are 0..<\(frameCount); \(frame) is none of them.")
    var weights = [Double](repeating: 0, count: embeddingAnchorCount)
    // Whole numbers decide the leg, so that a frame at a prompt has this prompt's weight exactly one.
    let gaps = max(1, frameCount - 1)
    let (leg, rest) = (frame * (embeddingAnchorCount - 1)).quotientAndRemainder(dividingBy: gaps)
    let u = Double(rest) / Double(gaps)
    weights[leg] = 1 - u
    if rest > 0 { weights[leg + 1] = u }
    return Point(embedding: LinearCombination(weights: weights), noise: .single)
  }
}
