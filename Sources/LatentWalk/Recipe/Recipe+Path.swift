import Walks

/// The path through latent space that a recipe describes.
extension Recipe.Walk {
  package var path: any Path {
    switch kind {
    case .interpolate, .image, .denoise:
      InterpolationWalk(
        noises: noiseIndices, isClosed: isClosed ?? false,
        arcs: Set(keyFrames.indices.filter { keyFrames[$0].interpolation == .spherical }))
    case .walk: EmbeddingOffsetWalk(steps: timing.frameCount - 1, stepSize: stepSize ?? 0)
    case .circle: CircularWalk()
    case .drift:
      DriftWalk(
        drift?.space ?? .noise, legs: drift?.legs ?? 0, angle: drift?.angle ?? 0, spread: drift?.spread ?? 0)
    case .loop: FourierLoop(radius: loop?.radius ?? 0, harmonics: loop?.harmonics ?? 1)
    case .grid: GridWalk(columns: grid?.columns ?? 1, rows: grid?.rows ?? 1, noises: noiseIndices)
    }
  }

  /// The frames in the order in which they play.
  package func playingOrder(_ playback: Recipe.Playback) -> [Int] {
    timing.playingOrder(pingPong: playback.pingPong)
  }

  /// What decides the noise of a key frame, or of another place that the path leads through.
  enum NoiseSource: Hashable {
    /// The n-th noise of a seed.
    case draw(seed: UInt64, Int)
    case mixture([Recipe.WeightedSeed])
    case file(Recipe.FileReference)
    /// The noise that gives the picture of a key frame.
    case inversion(keyFrame: Int)
  }

  /// The noises that the path combines: those of the key frames, then those that the walk draws itself.
  var noiseSources: [NoiseSource] {
    let own = keyFrames.indices.map(noiseSource).uniqued()
    let drawn =
      switch kind {
      case .circle: 1...1
      case .loop: 1...2 * (loop?.harmonics ?? 1)
      case .drift where drift?.space == .noise && drift?.legs ?? 0 > 0: 1...(drift?.legs ?? 1)
      default: 1..<1
      } as any RandomAccessCollection<Int>
    return own + drawn.map { NoiseSource.draw(seed: keyFrames[0].seed, $0) }
  }

  /// How many random directions of embeddings the walk leads into.
  var directionCount: Int { kind == .drift && drift?.space == .embedding ? drift?.legs ?? 0 : 0 }

  private func noiseSource(_ index: Int) -> NoiseSource {
    let keyFrame = keyFrames[index]
    if let file = keyFrame.noise { return .file(file) }
    if keyFrame.picture != nil { return .inversion(keyFrame: index) }
    if let seeds = keyFrame.seeds { return .mixture(seeds) }
    return .draw(seed: keyFrame.seed, 0)
  }

  /// Which of `noiseSources` each key frame has.
  private var noiseIndices: [Int] {
    let indices = Dictionary(uniqueKeysWithValues: zip(noiseSources, 0...))
    return keyFrames.indices.map { indices[noiseSource($0)] ?? 0 }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of their first appearance.
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
