import Foundation

/// Sounds made here, so that the truth about them is known.
struct SynthesisedSound {
  let sampleRate: Int
  private(set) var samples: [Float]

  init(sampleRate: Int = 22_050, seconds: Double) {
    self.sampleRate = sampleRate
    samples = [Float](repeating: 0, count: Int(seconds * Double(sampleRate)))
  }

  /// A short tone that dies away: 5 ms for a click, longer for a drum.
  mutating func strike(at time: Double, frequency: Double = 2000, decay: Double = 0.005, level: Double = 0.5)
  {
    let first = Int((time * Double(sampleRate)).rounded())
    for index in first..<min(samples.count, first + Int(10 * decay * Double(sampleRate))) {
      let t = Double(index - first) / Double(sampleRate)
      samples[index] += Float(level * exp(-t / decay) * sin(2 * .pi * frequency * t + 1))
    }
  }

  mutating func tone(_ frequency: Double, level: Double, from: Double = 0, to: Double = .infinity) {
    let end = Int(min(to * Double(sampleRate), Double(samples.count)))
    for index in Int(from * Double(sampleRate))..<end {
      samples[index] += Float(level * sin(2 * .pi * frequency * Double(index) / Double(sampleRate)))
    }
  }

  /// White noise, the same in every run.
  mutating func noise(level: Float) {
    var state: UInt64 = 1
    for index in samples.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      samples[index] += level * (Float(state >> 40) / Float(1 << 23) - 1)
    }
  }

  /// Clicks at a tempo, and their times.
  static func clicks(
    tempo: Double, offset: Double, seconds: Double = 30, sampleRate: Int = 22_050, level: Double = 0.5
  ) -> (sound: SynthesisedSound, times: [Double]) {
    var sound = SynthesisedSound(sampleRate: sampleRate, seconds: seconds)
    let times = Array(stride(from: offset, to: seconds - 0.05, by: 60 / tempo))
    for time in times { sound.strike(at: time, level: level) }
    return (sound, times)
  }
}
