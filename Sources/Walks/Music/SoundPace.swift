/// When a walk is where, by a sound: its key frames fall on beats, and between them it goes as fast as the sound is
/// loud.
///
///     let beats = (0..<8).map { Beat(time: 0.5 * Double($0)) }
///     let energy = [Float](repeating: 1, count: 40)
///     let pace = SoundPace(beats: beats, energy: energy, framesPerSecond: 10, keyFrameCount: 3)
///     print(pace.keyFrames)         // [0, 20, 39]: the one in the middle is shown at 2 s
///     let timing = Timing(frameCount: 40, knots: Timing.knots(through: pace.positions, tolerance: 0.001))
///
/// The first key frame is at frame 0 and the last at the last frame; those between are on beats, each on one of its own.
/// A closed path comes back to its first key frame after its last frame: it has one key frame and one frame more here,
/// and the last position is dropped.
public struct SoundPace: Sendable, Hashable {
  /// The frame of each key frame, in order; whole numbers, unless there are fewer frames than key frames.
  public let keyFrames: [Double]
  /// Whether the key frames between the first and the last are on beats. They are evenly spaced where the sound has
  /// fewer beats than they are.
  public let isOnBeats: Bool
  /// The position of each frame, in legs, from 0; it never falls.
  public let positions: [Double]
  /// What silence counts, where the loudest moment of the sound counts 1: the walk still moves a little.
  private static let floor = 0.1

  /// - Parameters:
  ///   - beats: in the order of their times.
  ///   - energy: for each frame how loud it is, 0...1; as many as there are frames, at least one.
  ///   - framesPerSecond: positive; frame f is shown at f / framesPerSecond.
  ///   - keyFrameCount: at least one.
  public init(beats: [Beat], energy: [Float], framesPerSecond: Double, keyFrameCount: Int) {
    precondition(!energy.isEmpty && keyFrameCount > 0, "A walk has frames and key frames.")
    precondition(framesPerSecond > 0, "\(framesPerSecond) frames a second are none.")
    let last = energy.count - 1
    let onBeats = BeatChoice(beats, framesPerSecond: framesPerSecond, lastFrame: last)
      .frames(keyFrameCount: keyFrameCount)
    isOnBeats = onBeats != nil
    keyFrames = onBeats ?? Self.evenFrames(keyFrameCount, last: last)
    let way = Self.cumulatedWeights(energy)
    let keyFrames = keyFrames
    positions = (0...last).map { Self.position(at: Double($0), keyFrames, way) }
  }

  /// The pace by an analysed sound.
  /// - Parameter frameCount: as many as last as long as the sound, unless given.
  public init(
    _ sound: SoundAnalysis, framesPerSecond: Double, keyFrameCount: Int, frameCount: Int? = nil
  ) {
    self.init(
      beats: sound.beats, energy: sound.energy(framesPerSecond: framesPerSecond, frameCount: frameCount),
      framesPerSecond: framesPerSecond, keyFrameCount: keyFrameCount)
  }

  /// Evenly spaced; at whole frames, so that each key frame is seen, where there are enough.
  private static func evenFrames(_ count: Int, last: Int) -> [Double] {
    (0..<count).map { number in
      let frame = Double(number * last) / Double(max(1, count - 1))
      return last + 1 >= count ? frame.rounded() : frame
    }
  }

  /// The way that each frame has behind it, from 0: over each gap, the mean of what its two frames count.
  private static func cumulatedWeights(_ energy: [Float]) -> [Double] {
    let weights = energy.map { floor + (1 - floor) * Double(min(max($0, 0), 1)) }
    var way = [0.0]
    for (one, next) in zip(weights, weights.dropFirst()) { way.append(way[way.count - 1] + (one + next) / 2) }
    return way
  }

  /// - Parameter frame: may lie between two frames.
  private static func position(at frame: Double, _ keyFrames: [Double], _ way: [Double]) -> Double {
    func wayBehind(_ frame: Double) -> Double {
      let below = min(Int(frame), way.count - 1)
      let above = min(below + 1, way.count - 1)
      return way[below] + (frame - Double(below)) * (way[above] - way[below])
    }
    // The first key frame that is not yet passed ends the leg; the frame of a key frame has exactly its position.
    let end = keyFrames.firstIndex { $0 >= frame } ?? keyFrames.count - 1
    guard keyFrames[end] > frame else { return Double(end) }
    let (from, to) = (wayBehind(keyFrames[end - 1]), wayBehind(keyFrames[end]))
    return Double(end - 1) + (wayBehind(frame) - from) / (to - from)
  }
}
