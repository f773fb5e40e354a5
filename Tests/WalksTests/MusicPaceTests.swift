import Testing
import Walks

@Suite struct MusicPaceTests {
  private let steady = (0..<60).map { Beat(time: 0.13 + 0.47 * Double($0)) }

  @Test(
    "key frames between the first and the last are shown within half a frame of beats",
    arguments: [3, 4, 7, 20], [10.0, 25, 29.97])
  func onBeats(keyFrameCount: Int, framesPerSecond: Double) {
    let frameCount = Int((29 * framesPerSecond).rounded())
    let energy = (0..<frameCount).map { Float($0 % 17) / 16 }
    let pace = SoundPace(
      beats: steady, energy: energy, framesPerSecond: framesPerSecond, keyFrameCount: keyFrameCount)
    #expect(pace.isOnBeats && pace.keyFrames.count == keyFrameCount)
    #expect(pace.keyFrames.first == 0 && pace.keyFrames.last == Double(frameCount - 1))
    for (number, frame) in pace.keyFrames.enumerated().dropFirst().dropLast() {
      #expect(steady.contains { abs($0.time * framesPerSecond - frame) <= 0.5 })
      let even = Double(number * (frameCount - 1)) / Double(keyFrameCount - 1)
      #expect(
        abs(frame - even) <= 0.47 * framesPerSecond / 2 + 1, "All beats are as strong: the nearest one.")
      #expect(pace.positions[Int(frame)] == Double(number), "The frame shows exactly the key frame.")
    }
    expectWhole(pace, frameCount: frameCount, legs: keyFrameCount - 1)
  }

  @Test("a strong beat is taken before a weak one that is nearer, unless it is far off")
  func strongBeats() {
    let energy = [Float](repeating: 1, count: 101)
    func middle(_ beats: [Beat]) -> Double {
      SoundPace(beats: beats, energy: energy, framesPerSecond: 10, keyFrameCount: 3).keyFrames[1]
    }
    #expect(middle([Beat(time: 5, strength: 0.2), Beat(time: 5.6, strength: 1)]) == 56)
    #expect(middle([Beat(time: 5, strength: 0.2), Beat(time: 9, strength: 1)]) == 50)
    #expect(middle([Beat(time: 4.5, strength: 1), Beat(time: 5.1, strength: 1)]) == 51)
  }

  @Test("the louder it is, the faster the walk goes, and in silence it still goes")
  func loud() {
    let energy = (0..<101).map { Float($0 < 50 ? 1 : 0) }
    let pace = SoundPace(beats: [], energy: energy, framesPerSecond: 10, keyFrameCount: 2)
    let steps = zip(pace.positions.dropFirst(), pace.positions).map(-)
    #expect(abs(steps[10] / steps[80] - 10) < 1e-9, "Silence counts a tenth of the loudest moment.")
    #expect(steps.allSatisfy { $0 > 0 })
    expectWhole(pace, frameCount: 101, legs: 1)
    let silent = SoundPace(
      beats: [], energy: [Float](repeating: 0, count: 11), framesPerSecond: 10, keyFrameCount: 2)
    for (frame, position) in silent.positions.enumerated() {
      #expect(abs(position - Double(frame) / 10) < 1e-12, "All silent is an even pace.")
    }
  }

  @Test("with fewer beats than key frames the key frames are evenly spaced, and the pace says so")
  func fewBeats() {
    let energy = [Float](repeating: 0.5, count: 41)
    let beats = [Beat(time: 1.3), Beat(time: 1.31), Beat(time: 0.01), Beat(time: 3.99), Beat(time: 77)]
    let one = SoundPace(beats: beats, energy: energy, framesPerSecond: 10, keyFrameCount: 3)
    #expect(one.isOnBeats && one.keyFrames == [0, 13, 40])
    let two = SoundPace(beats: beats, energy: energy, framesPerSecond: 10, keyFrameCount: 4)
    #expect(!two.isOnBeats && two.keyFrames == [0, 13, 27, 40])
    expectWhole(two, frameCount: 41, legs: 3)
    #expect(SoundPace(beats: [], energy: energy, framesPerSecond: 10, keyFrameCount: 2).isOnBeats)
  }

  @Test("any number of frames and key frames gives a whole pace", arguments: 1...6, 1...6)
  func small(frameCount: Int, keyFrameCount: Int) {
    let beats = (0..<20).map { Beat(time: 0.1 * Double($0), strength: 0.5) }
    let energy = (0..<frameCount).map { Float($0 % 2) }
    let pace = SoundPace(beats: beats, energy: energy, framesPerSecond: 10, keyFrameCount: keyFrameCount)
    #expect(pace.keyFrames.count == keyFrameCount)
    expectWhole(pace, frameCount: frameCount, legs: frameCount == 1 ? 0 : keyFrameCount - 1)
    if frameCount > 1 {
      for (number, frame) in pace.keyFrames.enumerated() where frame == frame.rounded() {
        #expect(pace.positions[Int(frame)] == Double(number))
      }
    }
  }

  @Test(
    "the pace of a sound has a frame for each of its moments, and one whose length is given has that many")
  func ofSound() throws {
    let (sound, times) = SynthesisedSound.clicks(tempo: 120, offset: 0.3, seconds: 12)
    var analyzer = SoundAnalyzer(sampleRate: sound.sampleRate)
    analyzer.add(sound.samples)
    let analysis = analyzer.finish()
    let pace = SoundPace(analysis, framesPerSecond: 24, keyFrameCount: 5)
    #expect(pace.positions.count == 288 && pace.isOnBeats)
    for frame in pace.keyFrames.dropFirst().dropLast() {
      #expect(times.contains { abs($0 * 24 - frame) <= 0.5 + 0.03 * 24 })
    }
    let shorter = SoundPace(analysis, framesPerSecond: 24, keyFrameCount: 5, frameCount: 100)
    expectWhole(shorter, frameCount: 100, legs: 4)
    let timing = Timing(
      frameCount: 100, measured: Timing.Measured(extra: 0.3, positions: shorter.positions))
    let path = InterpolationWalk(noises: [0, 0, 0, 0, 0])
    #expect(timing.position(of: 99, on: path) == Position(leg: 4, fraction: 0))
  }

  /// Positions and knots begin at 0, end at the end and never fall.
  private func expectWhole(
    _ pace: SoundPace, frameCount: Int, legs: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(pace.positions.count == frameCount, sourceLocation: sourceLocation)
    #expect(pace.positions.first == 0 && pace.positions.last == Double(legs), sourceLocation: sourceLocation)
    #expect(zip(pace.positions, pace.positions.dropFirst()).allSatisfy(<=), sourceLocation: sourceLocation)
  }
}
