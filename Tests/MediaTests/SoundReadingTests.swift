import Foundation
import Media
import TestFolders
import Testing

@Suite struct SoundReadingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("samples of every width are read to the number that they stand for")
  func widths() throws {
    let numbers = [-1, -0.5, 0, 0.25]
    let cases: [(tag: Int, bits: Int, samples: [UInt8])] = [
      (1, 8, [0, 64, 128, 160]),
      (1, 16, [0x00, 0x80, 0x00, 0xC0, 0, 0, 0x00, 0x20]),
      // 12 bits are the upper ones of 16.
      (1, 12, [0x00, 0x80, 0x00, 0xC0, 0, 0, 0x00, 0x20]),
      (1, 24, [0, 0, 0x80, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0x20]),
      (1, 32, [0, 0, 0, 0x80, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0x20]),
      (3, 32, numbers.flatMap { bytes(Float($0).bitPattern) }),
      (3, 64, numbers.flatMap { bytes($0.bitPattern) }),
    ]
    for (tag, bits, samples) in cases {
      for identifierEnd in [nil, WaveBytes.standardEnd] {
        let wave = WaveBytes(tag: tag, bits: bits, identifierEnd: identifierEnd, samples: samples)
        try folder.write("sound.wav", wave.file)
        let sound = try WaveFile(path: folder.file("sound.wav"))
        #expect(try read(sound) == numbers.map(Float.init), "format \(tag) of \(bits) bits")
        #expect(sound.sampleCount == 4 && sound.sampleRate == 8000 && sound.channelCount == 1)
        #expect(sound.duration == 0.0005 && sound.note == nil)
      }
    }
  }

  @Test("channels are mixed to their mean", arguments: [1, 2, 6, 300])
  func channels(count: Int) throws {
    let samples = (0..<5).flatMap { sample in
      (0..<count).flatMap { channel in bytes(Float(sample) + Float(channel) / Float(count)) }
    }
    let wave = WaveBytes(tag: 3, channels: count, rate: 44100, bits: 32, samples: samples)
    try folder.write("sound.wav", wave.file)
    let mixed = try read(WaveFile(path: folder.file("sound.wav")))
    #expect(mixed.count == 5)
    for (sample, value) in mixed.enumerated() {
      #expect(abs(value - Float(sample) - Float(count - 1) / Float(2 * count)) < 1e-5)
    }
  }

  @Test("a long sound comes in small blocks, every sample once")
  func blocks() throws {
    let count = 200_001
    let wave = WaveBytes(
      channels: 2, samples: (0..<count).flatMap { sample in bytes(Int16(sample % 30_000)) + [0, 0] })
    try folder.write("sound.wav", wave.file)
    var (next, largest) = (0, 0)
    try WaveFile(path: folder.file("sound.wav")).forEachBlock { samples in
      for sample in samples {
        #expect(sample == Float(next % 30_000) / 65536)
        next += 1
      }
      largest = max(largest, samples.count)
    }
    #expect(next == count && largest <= 65_536)
  }

  @Test("other chunks are passed over, and RF64 takes its length from ds64")
  func chunks() throws {
    let samples = samples16([0.5, -0.5])
    var wave = WaveBytes(samples: samples, extraChunks: chunk("LIST", [1, 2, 3]) + chunk("JUNK", []))
    try folder.write("sound.wav", wave.file)
    #expect(try read(WaveFile(path: folder.file("sound.wav"))).count == 2)
    wave.extraChunks = chunk("ds64", bytes(UInt64(100)) + bytes(UInt64(4)) + bytes(UInt64(2)) + bytes(0))
    for kind in ["RF64", "BW64"] {
      wave.kind = kind
      wave.claimedLength = .max
      wave.samples = samples + Array("LIST behind the samples".utf8)
      try folder.write("sound.wav", wave.file)
      let sound = try WaveFile(path: folder.file("sound.wav"))
      #expect(sound.sampleCount == 2 && sound.note == nil)
    }
  }

  @Test(
    "a file that breaks off is read as far as it goes, with a note; one from a pipe has no length to break off from"
  )
  func truncated() throws {
    var wave = WaveBytes(channels: 2, samples: samples16([0.1, 0.2, 0.3, 0.4, 0.5]), claimedLength: 400)
    try folder.write("sound.wav", wave.file)
    let sound = try WaveFile(path: folder.file("sound.wav"))
    #expect(sound.sampleCount == 2)
    #expect(
      sound.note
        == "\(folder.file("sound.wav")) breaks off: of 100 samples 2 are there, and these are used.")
    #expect(try read(sound).count == 2)
    wave.claimedLength = .max
    try folder.write("sound.wav", wave.file)
    let piped = try WaveFile(path: folder.file("sound.wav"))
    #expect(piped.sampleCount == 2 && piped.note == nil)
  }

  /// - Returns: the whole sound at once.
  private func read(_ sound: WaveFile) throws -> [Float] {
    var all: [Float] = []
    try sound.forEachBlock { all += $0 }
    return all
  }
}

private func bytes(_ number: Float) -> [UInt8] { bytes(number.bitPattern) }
