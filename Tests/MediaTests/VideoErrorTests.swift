import Foundation
import Media
import TestFolders
import Testing

/// Videos that do not come about, and sound.
@Suite struct VideoErrorTests {
  private let folder: TemporaryFolder
  private let picture = Picture.photo(side: 64, phase: 0)

  init() throws { folder = try TemporaryFolder() }

  private func description(_ count: Int) -> AnimationDescription {
    AnimationDescription(width: 64, height: 64, frameCount: count, framesPerSecond: 10)
  }

  /// A folder of programs, with an ffmpeg that is a script.
  private func ffmpeg(_ script: String) throws -> FFmpeg {
    try folder.make("bin")
    for name in ["ffmpeg", "ffprobe"] {
      try folder.write("bin/\(name)", "#!/bin/sh\n\(script)\n")
      chmod(folder.file("bin/\(name)"), 0o755)
    }
    return try #require(FFmpeg(searchPath: "/nowhere:" + folder.file("bin")))
  }

  @Test("a missing ffmpeg is one sentence, and no file", arguments: ["", "/nowhere:/tmp/nowhere"])
  func missing(searchPath: String) throws {
    let path = folder.file("walk.mp4")
    let error = try #require(throws: MediaError.self) {
      try VideoEncoder(path: path, .mp4, description(1), recipe: nil, with: FFmpeg(searchPath: searchPath))
    }
    #expect(throws: error) {
      try AnimationFormat.mp4.requireEncoder(for: path, FFmpeg(searchPath: searchPath))
    }
    try AnimationFormat.webp.requireEncoder(for: path, nil)
    #expect(
      error.description
        == "\(path) is written by the program ffmpeg, and there is none in the folders of PATH. "
        + "Install it, on Debian and Ubuntu with: apt install ffmpeg. "
        + "Or choose a name that ends in .gif, .apng or .webp.")
    #expect(try folder.names() == [])
  }

  @Test("an ffmpeg that fails is quoted with its last line, and leaves no file")
  func failing() throws {
    let failing = try ffmpeg("echo first >&2; echo \"Unknown encoder 'libx264'\" >&2; exit 1")
    let path = folder.file("walk.mp4")
    let error = try #require(throws: MediaError.self) {
      let encoder = try VideoEncoder(path: path, .mp4, description(300), recipe: "{}", with: failing)
      for _ in 0..<300 { try encoder.add(picture) }
      try encoder.finish()
    }
    #expect(
      error == .ffmpegCannotWrite(path: path, reason: "Unknown encoder 'libx264'"), "\(error.description)")
    #expect(try folder.names() == ["bin"])
  }

  @Test("an ffmpeg that fails without a word, and one that cannot be started, are sentences, too")
  func silent() throws {
    for (script, reason) in [("cat > /dev/null; exit 7", "it ended with code 7"), ("", "")] {
      let silent = try ffmpeg(script)
      if reason.isEmpty { try folder.write("bin/ffmpeg", [0, 1, 2, 3]) }
      let error = try #require(throws: MediaError.self) {
        let encoder = try VideoEncoder(
          path: folder.file("walk.webm"), .webm, description(1), recipe: nil, with: silent)
        try encoder.add(picture)
        try encoder.finish()
      }
      #expect(
        error.description.contains(reason.isEmpty ? "it cannot be started: exec format error" : reason),
        "\(error)")
    }
    #expect(try folder.names() == ["bin"])
  }

  @Test(
    "an encoder that is given up ends ffmpeg and leaves nothing", .enabled(if: hasFFmpeg, needsFFmpeg),
    arguments: ["mp4", "webm"], [0, 3])
  func abandoned(ending: String, count: Int) throws {
    let path = folder.file("walk.\(ending)")
    do {
      let encoder = try animationEncoder(for: path, description(100), recipe: "{}")
      for _ in 0..<count { try encoder.add(picture) }
    }
    #expect(try folder.names() == [])
    #expect(try processes(with: path) == [])
  }

  @Test(
    "an encoder that waits for an ffmpeg that does nothing can be given up, and several wait at once",
    .timeLimit(.minutes(1)))
  func sleeping() throws {
    let sleeping = try ffmpeg("exec sleep 1000")
    let encoders = try (0..<8).map {
      try VideoEncoder(path: folder.file("\($0).mp4"), .mp4, description(9), recipe: nil, with: sleeping)
    }
    #expect(encoders.count == 8)
  }

  @Test("formats without sound refuse it, and a sound file that is missing is named")
  func soundRefusals() throws {
    var description = description(1)
    description.sound = Sound(path: folder.file("missing.wav"))
    for name in ["a.gif", "a.apng", "a.webp"] {
      #expect(throws: MediaError.noSound(path: folder.file(name))) {
        try animationEncoder(for: folder.file(name), description)
      }
    }
    let script = try ffmpeg("exit 0")
    let missing = MediaError.cannotRead(path: folder.file("missing.wav"), reason: "no such file or directory")
    #expect(throws: missing) {
      try VideoEncoder(path: folder.file("a.mp4"), .mp4, description, recipe: nil, with: script)
    }
  }

  @Test(
    "sound is as long as the picture, whether it was longer or shorter", .enabled(if: hasFFmpeg, needsFFmpeg),
    arguments: ["mp4", "webm"], [0.3, 5])
  func sound(ending: String, seconds: Double) throws {
    try folder.write("tone.wav", wave(seconds: seconds))
    var description = AnimationDescription(width: 64, height: 64, frameCount: 30, framesPerSecond: 20)
    description.sound = Sound(path: folder.file("tone.wav"))
    let path = folder.file("walk.\(ending)")
    let encoder = try animationEncoder(for: path, description, recipe: "{}")
    for _ in 0..<30 { try encoder.add(picture) }
    try encoder.finish()
    #expect(try probe(path, "a:0")["codec_name"] == (ending == "mp4" ? "aac" : "opus"))
    #expect(try recipeText(inFile: path) == "{}")
    #expect(try probe(path)["nb_read_packets"] == "30")
    let samples = try output(
      of: "ffmpeg", ["-v", "error", "-i", path, "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]
    ).withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
    // A packet of the codec, 21 ms, may stand behind the end.
    #expect(abs(Double(samples.count) / 48_000 - 1.5) < 0.025)
    let begin = samples.firstIndex { abs(Int($0)) > 4000 } ?? samples.count
    let end = samples.lastIndex { abs(Int($0)) > 4000 } ?? 0
    #expect(begin < 480, "The sound begins with the picture.")
    #expect(abs(Double(end) / 48_000 - min(seconds, 1.5)) < 0.025)
  }

  /// A tone of 440 Hz as a WAV file: 16 bits, 44100 samples a second, one channel.
  private func wave(seconds: Double) -> Data {
    let samples = (0..<Int(44_100 * seconds)).map { Int16(12_000 * sin(2 * .pi * 440 * Double($0) / 44_100)) }
    func little(_ number: Int, _ bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(number >> (8 * $0) & 255) }
    }
    var data = Data("RIFF".utf8) + little(36 + 2 * samples.count, 4) + Data("WAVEfmt ".utf8)
    data += little(16, 4) + little(1, 2) + little(1, 2) + little(44_100, 4) + little(88_200, 4) + little(2, 2)
    data += little(16, 2) + Data("data".utf8) + little(2 * samples.count, 4)
    return data + samples.withUnsafeBytes { Data($0) }
  }
}
