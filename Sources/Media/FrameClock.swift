/// Gives each frame its delay in hundredths of a second, so that the sum of the delays is never off by more than a half.
struct FrameClock {
  private let framesPerSecond: Double
  private var frames = 0
  private var given = 0

  /// Delays of 0 and 1 are not honoured by browsers, and 65 535 is the largest number in the file.
  static let delays = 2...65_535

  init(framesPerSecond: Double) throws(MediaError) {
    let delay = 100 / framesPerSecond
    guard framesPerSecond > 0, delay >= Double(Self.delays.lowerBound),
      delay <= Double(Self.delays.upperBound)
    else {
      throw .wrongFrameRate(framesPerSecond)
    }
    self.framesPerSecond = framesPerSecond
  }

  mutating func nextDelay() -> Int {
    frames += 1
    let end = Int((100 * Double(frames) / framesPerSecond).rounded())
    let delay = max(end - given, Self.delays.lowerBound)
    given += delay
    return delay
  }
}
