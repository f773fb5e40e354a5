import Walks

/// The path through latent space that a recipe describes.
extension Recipe.Walk {
  package var path: any Path {
    switch kind {
    case .interpolate: InterpolationWalk(noises: noiseIndices)
    case .walk: EmbeddingOffsetWalk(steps: timing.frameCount - 1, stepSize: stepSize ?? 0)
    case .circle: CircularWalk()
    case .image: StillWalk()
    }
  }

  /// The frames in the order in which they play.
  package func playingOrder(_ playback: Recipe.Playback) -> [Int] {
    timing.playingOrder(pingPong: playback.pingPong)
  }

  /// - Throws: `RenderError` if the walk has no such frame.
  func require(frame: Int) throws(RenderError) {
    guard 0..<timing.frameCount ~= frame else {
      throw .noSuchFrame(frame, choices: timing.frameCount == 1 ? "0" : "0 to \(timing.frameCount - 1)")
    }
  }

  /// The point of a frame.
  func point(of frame: Int) -> Point {
    let path = path
    return path.point(at: timing.position(of: frame, on: path))
  }

  /// The key frame whose sampling a frame has: the last one that it has reached.
  func keyFrameReached(by frame: Int) -> Recipe.KeyFrame {
    let leg = kind == .interpolate ? timing.position(of: frame, on: path).leg : 0
    return keyFrames[min(leg, keyFrames.count - 1)]
  }

  /// A noise that the path combines: a file, or a draw of a seed, counted from 0.
  struct NoiseSource: Hashable {
    let seed: UInt64
    let draw: Int
    let file: Recipe.FileReference?
  }

  /// The noises that the path combines. A circle leads through two draws of its seed; a noise file replaces the first.
  var noiseSources: [NoiseSource] {
    let sources = keyFrames.map { NoiseSource(seed: $0.seed, draw: 0, file: $0.noise) }.uniqued()
    return kind == .circle ? sources + [NoiseSource(seed: keyFrames[0].seed, draw: 1, file: nil)] : sources
  }

  /// Which of `noiseSources` each key frame has.
  private var noiseIndices: [Int] {
    let indices = Dictionary(uniqueKeysWithValues: zip(noiseSources, 0...))
    return keyFrames.map { indices[NoiseSource(seed: $0.seed, draw: 0, file: $0.noise)] ?? 0 }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of their first appearance.
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
