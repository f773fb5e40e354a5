import Media
import Walks

/// The timing of a walk by a sound: key frames on beats, and faster where it is louder.
///
///     var draft = RecipeDraft(.interpolate, prompts: ["a dog", "a cat", "an owl"])
///     draft.paceBy = FileRequest("song.wav")
///     if let sound = try SoundTiming(draft) { print(sound.tempo ?? 0, sound.timing.frameCount) }
///
/// Without a number of frames the walk lasts as long as the sound.
public struct SoundTiming: Sendable {
  public let timing: Timing
  /// Beats a minute, if the sound has a clear beat.
  public let tempo: Double?
  /// Seconds.
  public let duration: Double
  /// Whether the key frames are on beats; they are evenly spaced where there are fewer beats than key frames.
  public let isOnBeats: Bool
  /// What may surprise about the file: a sentence.
  public let note: String?

  /// A position is rounded to this part of a leg, so that the recipe stays short.
  private static let tolerance = 0.001

  /// - Returns: nil if the draft's pace is not set by a sound.
  /// - Throws: `SoundError` if the file cannot be read, `RecipeError` if the key frames have times of their own.
  public init?(_ draft: RecipeDraft) throws {
    guard let file = draft.paceBy else { return nil }
    if let index = draft.keyFrames.firstIndex(where: { $0.time != nil || $0.hold != nil }) {
      throw RecipeError.invalid(
        field: "keyFrames[\(index)]", found: "at a time of its own",
        accepted: "none: the sound \(file.path) sets the times")
    }
    let wave = try WaveFile(path: file.path)
    var analyzer = SoundAnalyzer(sampleRate: wave.sampleRate)
    try wave.forEachBlock { analyzer.add($0) }
    let sound = analyzer.finish()
    let (isClosed, legs, scale) = draft.soundLegs
    let frames = draft.frames ?? sound.frameCount(framesPerSecond: draft.fps)
    // Of a closed walk the frame after the last is the first again.
    let pace = SoundPace(
      sound, framesPerSecond: draft.fps, keyFrameCount: legs + 1, frameCount: frames + (isClosed ? 1 : 0))
    let positions = pace.positions.prefix(frames).map { $0 * scale }
    timing = Timing(
      frameCount: frames, knots: Timing.knots(through: Array(positions), tolerance: Self.tolerance * scale))
    (tempo, duration, isOnBeats, note) = (sound.tempo, sound.duration, pace.isOnBeats, wave.note)
  }
}

extension RecipeDraft {
  /// The legs that a sound divides, and how many of the path's each of them is. Only key frames snap to beats; other
  /// walks are one leg.
  fileprivate var soundLegs: (isClosed: Bool, legs: Int, scale: Double) {
    switch kind {
    case .interpolate: (isLoop, keyFrames.count - (isLoop ? 0 : 1), 1)
    case .circle: (true, 1, 4)
    case .loop: (true, 1, 1)
    case .grid: (false, 1, Double(grid.columns * grid.rows - 1))
    case .walk, .drift, .denoise, .image: (false, 1, 1)
    }
  }
}
