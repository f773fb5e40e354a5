import Glibc

/// A beat of a sound.
public struct Beat: Sendable, Hashable {
  /// In seconds from the beginning.
  public let time: Double
  /// How much begins there, 0...1; the strongest beat has 1.
  public let strength: Double

  public init(time: Double, strength: Double = 1) {
    self.time = time
    self.strength = strength
  }
}

/// What was heard of a sound: its beats, its tempo and how loud it is when. `SoundAnalyzer` makes it.
public struct SoundAnalysis: Sendable {
  /// In the order of their times; none where nothing repeats, as in silence, or in a sound of a few beats only.
  public let beats: [Beat]
  /// Beats a minute, on the average; nil if there are none.
  public let tempo: Double?
  /// In seconds.
  public let duration: Double
  /// The mean power every 10 ms.
  private let powers: [Float]
  private let hopDuration: Double

  init(onsets: [Float], powers: [Float], hopDuration: Double, duration: Double) {
    self.powers = powers
    self.hopDuration = hopDuration
    self.duration = duration
    let envelope = OnsetEnvelope(onsets, hopDuration: hopDuration)
    if let estimate = TempoEstimate(envelope) {
      beats = BeatTracker(envelope, period: estimate.period).beats()
      tempo = Self.tempo(of: beats)
    } else {
      beats = []
      tempo = nil
    }
  }

  /// How many frames last as long as the sound, to half a frame; at least one.
  public func frameCount(framesPerSecond: Double) -> Int {
    max(1, Int((duration * framesPerSecond).rounded()))
  }

  /// How loud it is when each frame is shown: the root mean square over 0.2 s around the frame's time or over the
  /// frame, whichever is longer; 0 for silence, 1 for the loudest frame.
  /// - Parameter frameCount: as many as last as long as the sound, unless given. Beyond its end there is silence.
  public func energy(framesPerSecond: Double, frameCount: Int? = nil) -> [Float] {
    precondition(framesPerSecond > 0, "\(framesPerSecond) frames a second are none.")
    var sums = [0.0]
    for power in powers { sums.append(sums[sums.count - 1] + Double(power)) }
    let radius = max(0.1, 0.5 / framesPerSecond)
    let count = frameCount ?? self.frameCount(framesPerSecond: framesPerSecond)
    let roots = (0..<count).map { frame in
      let time = Double(frame) / framesPerSecond
      let (first, end) = (index(at: time - radius), index(at: time + radius))
      return ((sums[end] - sums[first]) / Double(max(1, end - first))).squareRoot()
    }
    let loudest = roots.max() ?? 0
    return roots.map { loudest > 0 ? Float($0 / loudest) : 0 }
  }

  /// The power that belongs to a time, clamped to those there are and the end.
  private func index(at time: Double) -> Int {
    Int(min(max(0, (time / hopDuration).rounded()), Double(powers.count)))
  }

  /// The slope of the line through the beats' times that has the least squared error.
  private static func tempo(of beats: [Beat]) -> Double? {
    guard beats.count >= 2 else { return nil }
    let middle = Double(beats.count - 1) / 2
    var (products, squares) = (0.0, 0.0)
    for (number, beat) in beats.enumerated() {
      products += (Double(number) - middle) * beat.time
      squares += (Double(number) - middle) * (Double(number) - middle)
    }
    return 60 * squares / products
  }
}
