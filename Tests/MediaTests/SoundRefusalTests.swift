import Foundation
import Media
import TestFolders
import Testing

@Suite struct SoundRefusalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a sound in another format is named, with the command that converts it")
  func formats() throws {
    let cases: [(String, [UInt8])] = [
      ("an MP3 file", Array("ID3\u{4}\0\0\0\0".utf8)), ("an MP3 file", [0xFF, 0xFB, 0x90, 0x64]),
      ("an AAC file", [0xFF, 0xF1, 0x50, 0x80]), ("a FLAC file", Array("fLaC\0\0\0\u{22}".utf8)),
      ("an Ogg file", Array("OggS\0\u{2}".utf8)), ("an MP4 file", [0, 0, 0, 0x20] + Array("ftypM4A ".utf8)),
      ("an AIFF file", Array("FORM".utf8) + [0, 0, 1, 0] + Array("AIFF".utf8)),
      ("a big-endian WAV file", Array("RIFX".utf8) + [0, 0, 1, 0] + Array("WAVE".utf8)),
      ("a WAV file with A-law samples", WaveBytes(tag: 6, bits: 8, samples: [1, 2]).file),
      ("a WAV file with mu-law samples", WaveBytes(tag: 7, bits: 8, samples: [1, 2]).file),
      ("a WAV file with ADPCM samples", WaveBytes(tag: 0x11, bits: 4, samples: [1, 2]).file),
      ("a WAV file with MPEG samples", WaveBytes(tag: 0x55, bits: 0, samples: [1, 2]).file),
      ("a WAV file with unknown (format 4660) samples", WaveBytes(tag: 0x1234, samples: [1, 2]).file),
      ("a WAV file with 64-bit PCM samples", WaveBytes(bits: 64, samples: [1, 2]).file),
      ("a WAV file with 16-bit float samples", WaveBytes(tag: 3, samples: [1, 2]).file),
      (
        "a WAV file with samples of a private kind",
        WaveBytes(identifierEnd: [UInt8](repeating: 9, count: 14), samples: [1, 2]).file
      ),
    ]
    for (format, file) in cases {
      try folder.write("song", file)
      let path = folder.file("song")
      #expect(
        sentence(path) == "\(path) is \(format), and only WAV files with PCM or float samples are read. "
          + "Convert it with: ffmpeg -i \(path) \(path).wav")
    }
    try folder.write("my song's", Array("fLaC".utf8))
    #expect(
      sentence(folder.file("my song's"))?.hasSuffix(
        "ffmpeg -i '\(folder.path)/my song'\\''s' '\(folder.path)/my song'\\''s.wav'") == true)
  }

  @Test(
    "what is no sound at all is refused, too", arguments: ["", "RIFF", "hello, world", "RIFF    WEBPVP8 "])
  func noSound(text: String) throws {
    let path = try folder.write("song.wav", text)
    #expect(throws: SoundError.notASound(path: path)) { try WaveFile(path: path) }
  }

  @Test("a damaged file is refused with the damage")
  func damaged() throws {
    let good = WaveBytes(samples: [1, 2, 3, 4])
    var cases: [(String, [UInt8])] = [
      ("there is no sound in it", WaveBytes().file),
      ("there is no sound in it", WaveBytes(channels: 4, samples: [1, 2]).file),
      ("it has no channels", WaveBytes(channels: 0, samples: [1, 2], bytesPerSample: 2).file),
      (
        "2 x 16 bits are not the 2 bytes that it names for a sample",
        WaveBytes(channels: 2, samples: [1, 2], bytesPerSample: 2).file
      ),
      (
        "1 x 16 bits are not the 0 bytes that it names for a sample",
        WaveBytes(samples: [1, 2], bytesPerSample: 0).file
      ),
      ("it ends before its samples", Array(good.file.prefix(12))),
      ("it ends before its samples", Array(good.file.prefix(40))),
      (
        "it ends before its samples",
        WaveBytes(samples: [1, 2], extraChunks: Array("LIST".utf8) + bytes(UInt32.max - 1)).file
      ),
      (
        "the description of its samples has 8 bytes",
        Array("RIFF....WAVE".utf8) + chunk("fmt ", Array(good.format.prefix(8)))
      ),
      (
        "the description of its samples breaks off",
        Array("RIFF....WAVE".utf8) + chunk("fmt ", bytes(UInt16(0xFFFE)) + good.format.dropFirst(2))
      ),
      (
        "its samples stand before their description",
        Array("RIFF....WAVE".utf8) + chunk("data", [1, 2]) + chunk("fmt ", good.format)
      ),
      (
        "it has more than 4096 parts before its samples",
        WaveBytes(samples: [1, 2], extraChunks: Array((0..<5000).map { _ in chunk("JUNK", []) }.joined()))
          .file
      ),
    ]
    for rate in [0, 999, 2_000_000] {
      let reason = "it has \(rate) samples a second, and 1000 to 1536000 are expected"
      cases.append((reason, WaveBytes(rate: rate, samples: [1, 2]).file))
    }
    for (reason, file) in cases {
      try folder.write("song.wav", file)
      #expect(throws: SoundError.damaged(path: folder.file("song.wav"), reason: reason)) {
        try WaveFile(path: folder.file("song.wav"))
      }
    }
  }

  @Test("float samples that are no numbers, or no sound, are named", arguments: [Float.nan, .infinity, 1e30])
  func implausible(value: Float) throws {
    let samples = [0, 0.5, value, 0.1].flatMap { bytes($0.bitPattern) }
    try folder.write("song.wav", WaveBytes(tag: 3, bits: 32, samples: samples).file)
    let sound = try WaveFile(path: folder.file("song.wav"))
    let error = try #require(throws: SoundError.self) { try sound.forEachBlock { _ in } }
    #expect(error.description.contains("sample 2 is \(Double(value)), and samples lie between -1 and 1"))
  }

  @Test("a pipe, a device, a folder and a missing file are refused", .timeLimit(.minutes(1)))
  func special() throws {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for path in [folder.file("pipe"), "/dev/zero", folder.path] {
      #expect(throws: SoundError.cannotRead(path: path, reason: "it is not a file")) {
        try WaveFile(path: path)
      }
    }
    #expect(
      sentence("/nowhere/song.wav")
        == "Cannot read /nowhere/song.wav: no such file or directory. Check the path and its permissions.")
  }

  @Test("a file cut at any byte is read or refused, and never more samples come than it has")
  func cuts() throws {
    let whole = WaveBytes(
      channels: 2, identifierEnd: WaveBytes.standardEnd, samples: samples16([0.1, 0.2, 0.3, 0.4]),
      extraChunks: chunk("LIST", [1, 2, 3]))
    var readable = 0
    for count in whole.file.indices {
      try folder.write("song.wav", whole.file.prefix(count))
      guard let sound = try? WaveFile(path: folder.file("song.wav")) else { continue }
      var read = 0
      try sound.forEachBlock { read += $0.count }
      #expect(read == 1 && sound.sampleCount == 1 && sound.note != nil)
      readable += 1
    }
    #expect(readable == 4, "Those with the first sample of both channels, and not yet the second.")
  }

  @Test(
    "a header with any bytes changed is read or refused, and never more samples come than the file has bytes for"
  )
  func changedBytes() throws {
    let whole = WaveBytes(
      channels: 2, identifierEnd: WaveBytes.standardEnd, samples: samples16([0.1, 0.2, 0.3, 0.4]),
      extraChunks: chunk("ds64", [UInt8](repeating: 255, count: 28))
    ).file
    var random = SplitMix(state: 12)
    var readable = 0
    for _ in 0..<500 {
      var file = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        file[Int.random(in: 12..<file.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      try folder.write("song.wav", file)
      guard let sound = try? WaveFile(path: folder.file("song.wav")) else { continue }
      var read = 0
      guard (try? sound.forEachBlock { read += $0.count }) != nil else { continue }
      #expect(read == sound.sampleCount && read > 0 && read <= file.count)
      readable += 1
    }
    #expect(0 < readable && readable < 500)
  }

  private func sentence(_ path: String) -> String? {
    do {
      _ = try WaveFile(path: path)
      return nil
    } catch {
      return error.description
    }
  }
}
