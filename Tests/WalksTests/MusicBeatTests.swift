import Foundation
import Testing
import Walks

@Suite struct MusicBeatTests {
  @Test(
    "clicks are found within 30 ms and their tempo within 1 %, with noise and without",
    arguments: [100.0, 120, 137], [Float(0), 0.02, 0.1])
  func clicks(tempo: Double, noise: Float) throws {
    for (offset, sampleRate) in [(0.0, 22_050), (0.37, 48_000), (2.5, 44_100)] {
      var (sound, times) = SynthesisedSound.clicks(tempo: tempo, offset: offset, sampleRate: sampleRate)
      sound.noise(level: noise)
      let analysis = analyse(sound)
      let found = try #require(analysis.tempo)
      #expect(abs(found / tempo - 1) < 0.01, "\(found) for \(tempo), offset \(offset), noise \(noise)")
      expect(analysis.beats, at: times)
      #expect(analysis.duration == 30)
    }
  }

  @Test("how loud the whole sound is does not matter", arguments: [1e-3, 1, 100])
  func level(factor: Double) throws {
    let (sound, times) = SynthesisedSound.clicks(tempo: 120, offset: 0.2, level: 0.5 * factor)
    let analysis = analyse(sound)
    expect(analysis.beats, at: times)
  }

  @Test("drums and chords are heard at the tempo that one would tap")
  func drums() throws {
    var sound = SynthesisedSound(seconds: 40)
    let beat = 60 / 112.0
    for number in 0..<72 {
      let time = 0.15 + Double(number) * beat
      sound.strike(at: time, frequency: number % 2 == 0 ? 60 : 190, decay: 0.06, level: 0.6)
      sound.strike(at: time, frequency: 7000, decay: 0.02, level: 0.1)
      sound.strike(at: time + beat / 2, frequency: 7000, decay: 0.02, level: 0.15)
      if number % 4 == 0 {
        for frequency in [220.0, 277.2, 329.6] {
          sound.tone(frequency * (number % 8 == 0 ? 1 : 1.189), level: 0.08, from: time, to: time + 4 * beat)
        }
      }
    }
    sound.noise(level: 0.01)
    let analysis = analyse(sound)
    #expect(abs((analysis.tempo ?? 0) / 112 - 1) < 0.01)
    expect(analysis.beats, at: (0..<72).map { 0.15 + Double($0) * beat })
  }

  @Test("a tempo that drifts by a few per cent is followed")
  func drift() throws {
    var sound = SynthesisedSound(seconds: 40)
    var times = [0.3]
    while times[times.count - 1] < 39 {
      times.append(times[times.count - 1] + 0.5 * (1 + 0.05 * sin(times[times.count - 1] / 6)))
    }
    times.removeLast()
    for time in times { sound.strike(at: time) }
    expect(analyse(sound).beats, at: times)
  }

  @Test("beats go on through a rest, and strong ones are known from weak ones")
  func rest() {
    var sound = SynthesisedSound(seconds: 24)
    let times = (0..<46).map { 0.25 + 0.5 * Double($0) }
    for (number, time) in times.enumerated() where !(20..<24).contains(number) {
      sound.strike(at: time, level: number % 4 == 0 ? 0.6 : 0.05)
    }
    let analysis = analyse(sound)
    expect(analysis.beats, at: times)
    let numbered = analysis.beats.map { (Int((($0.time - 0.25) / 0.5).rounded()), $0.strength) }
    let strong = numbered.filter { $0.0 % 4 == 0 && !(20..<24).contains($0.0) }.map(\.1)
    let others = numbered.filter { $0.0 % 4 != 0 }.map(\.1)
    #expect(strong.max() == 1 && strong.allSatisfy { $0 > 0.8 })
    #expect(others.allSatisfy { 0..<0.8 ~= $0 })
  }

  @Test("silence, a steady tone, noise and a single stroke have no beats")
  func nothing() {
    let silence = SynthesisedSound(seconds: 20)
    var tone = silence
    var noise = silence
    var stroke = silence
    var low = silence
    tone.tone(440, level: 0.5)
    low.tone(55, level: 0.9)
    noise.noise(level: 0.5)
    stroke.strike(at: 5)
    for (name, sound) in ["silence": silence, "tone": tone, "low": low, "noise": noise, "stroke": stroke] {
      let analysis = analyse(sound)
      #expect(analysis.beats.isEmpty && analysis.tempo == nil, "\(name): \(analysis.beats.count) beats")
      #expect(analysis.duration == 20)
    }
  }

  @Test(
    "a sound shorter than a beat, or without a sample, has no beats", arguments: [0, 1, 100, 4000, 11_025])
  func short(count: Int) {
    var analyzer = SoundAnalyzer(sampleRate: 22_050)
    analyzer.add((0..<count).map { $0 == count / 2 ? 1 : 0 })
    let analysis = analyzer.finish()
    #expect(analysis.beats.isEmpty && analysis.tempo == nil)
    #expect(analysis.duration == Double(count) / 22_050)
    #expect(analysis.frameCount(framesPerSecond: 10) >= 1)
    #expect(analysis.energy(framesPerSecond: 10).allSatisfy { 0...1 ~= $0 })
  }

  @Test("blocks of any size give the same analysis")
  func blocks() {
    let (sound, _) = SynthesisedSound.clicks(tempo: 120, offset: 0.1, seconds: 5)
    let whole = analyse(sound)
    for size in [1, 333, 65_536] {
      var analyzer = SoundAnalyzer(sampleRate: sound.sampleRate)
      for start in stride(from: 0, to: sound.samples.count, by: size) {
        analyzer.add(Array(sound.samples[start..<min(sound.samples.count, start + size)]))
      }
      let analysis = analyzer.finish()
      #expect(analysis.beats == whole.beats && !whole.beats.isEmpty)
      #expect(analysis.energy(framesPerSecond: 25) == whole.energy(framesPerSecond: 25))
    }
  }

  @Test("energy follows loud, quiet and loud again, and the loudest frame has 1")
  func energy() {
    var sound = SynthesisedSound(sampleRate: 48_000, seconds: 9)
    sound.tone(300, level: 0.8, from: 0, to: 3)
    sound.tone(300, level: 0.08, from: 3, to: 6)
    sound.tone(300, level: 0.4, from: 6, to: 9)
    let energy = analyse(sound).energy(framesPerSecond: 10)
    #expect(energy.count == 90 && energy.max() == 1)
    #expect(energy[3..<28].allSatisfy { abs($0 - 1) < 0.02 })
    #expect(energy[32..<58].allSatisfy { abs($0 - 0.1) < 0.01 })
    #expect(energy[62..<88].allSatisfy { abs($0 - 0.5) < 0.01 })
    let longer = analyse(sound).energy(framesPerSecond: 10, frameCount: 120)
    #expect(longer.count == 120 && longer[95...].allSatisfy { $0 == 0 })
    #expect(
      analyse(SynthesisedSound(seconds: 2)).energy(framesPerSecond: 10) == [Float](repeating: 0, count: 20))
  }

  private func analyse(_ sound: SynthesisedSound) -> SoundAnalysis {
    var analyzer = SoundAnalyzer(sampleRate: sound.sampleRate)
    analyzer.add(sound.samples)
    return analyzer.finish()
  }

  /// At least 95 % of the true beats have one within 30 ms, and at most 5 % of those found are none.
  private func expect(_ beats: [Beat], at times: [Double], sourceLocation: SourceLocation = #_sourceLocation)
  {
    let hits = times.filter { time in beats.contains { abs($0.time - time) <= 0.03 } }.count
    let wrong = beats.filter { beat in !times.contains { abs(beat.time - $0) <= 0.03 } }.count
    #expect(
      Double(hits) >= 0.95 * Double(times.count), "\(hits) of \(times.count) found",
      sourceLocation: sourceLocation)
    #expect(
      Double(wrong) <= 0.05 * Double(beats.count), "\(wrong) of \(beats.count) wrong",
      sourceLocation: sourceLocation)
    #expect(zip(beats, beats.dropFirst()).allSatisfy { $0.time < $1.time }, sourceLocation: sourceLocation)
  }
}
