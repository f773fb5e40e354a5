import Foundation
import Media
import TestFolders
import Testing

/// The pictures of a file, and their durations.
func frames(_ path: String, ffmpeg: FFmpeg? = FFmpeg()) throws -> [AnimationReader.Frame] {
  let reader = try AnimationReader(path: path, ffmpeg: ffmpeg)
  var frames: [AnimationReader.Frame] = []
  while let frame = try reader.next() { frames.append(frame) }
  return frames
}

/// Animations read as pictures.
@Suite struct ReadingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("our own GIF shows what its encoder showed")
  func gif() throws {
    let pictures = (0..<6).map { Picture.photo(side: 48, phase: Double($0) / 6) }
    let shown = try encode(pictures, to: folder.file("walk.gif"), framesPerSecond: 30)
    let found = try frames(folder.file("walk.gif"))
    #expect(found.map(\.picture) == shown)
    #expect(found.map(\.duration) == [0.03, 0.04, 0.03, 0.03, 0.04, 0.03])
  }

  @Test("our own APNG comes back pixel by pixel")
  func apng() throws {
    let pictures = [1, 1, 2, 3].map { Picture.noise(width: 7, height: 5, seed: $0) }
    try encodeAnimation(pictures, to: folder.file("walk.apng"), framesPerSecond: 24)
    let found = try frames(folder.file("walk.apng"))
    #expect(found.map(\.picture) == pictures)
    #expect(found.map(\.duration) == Array(repeating: 1.0 / 24, count: 4))
  }

  @Test(
    "a video comes back with its number of frames and durations", .enabled(if: hasFFmpeg, needsFFmpeg),
    arguments: ["mp4", "webm"], [10, 30_000.0 / 1001, 240])
  func video(ending: String, framesPerSecond: Double) throws {
    let pictures = (0..<9).map { Picture.photo(side: 64, phase: Double($0) / 9) }
    let path = folder.file("walk.\(ending)")
    try encodeAnimation(pictures, to: path, framesPerSecond: framesPerSecond)
    let found = try frames(path)
    #expect(found.count == 9)
    for (frame, picture) in zip(found, pictures) {
      // x264 gives frames that are shown for a shorter time fewer bits.
      #expect(psnr(frame.picture, picture) > (framesPerSecond > 100 ? 32 : 34))
      #expect(abs((frame.duration ?? 0) * framesPerSecond - 1) < 0.01)
    }
  }

  @Test("a reader that is given up ends ffmpeg", .enabled(if: hasFFmpeg, needsFFmpeg))
  func abandoned() throws {
    let pictures = (0..<60).map { Picture.noise(width: 128, height: 128, seed: $0) }
    let path = folder.file("walk.mp4")
    try encodeAnimation(pictures, to: path)
    do {
      let reader = try AnimationReader(path: path)
      _ = try reader.next()
    }
    #expect(try processes(with: path) == [])
  }

  @Test("without ffmpeg a video is refused with what to do")
  func noFFmpeg() throws {
    try folder.write("walk.mp4", Data([0, 0, 0, 24]) + Data("ftypisom".utf8))
    let path = folder.file("walk.mp4")
    let error = try #require(throws: MediaError.self) {
      try AnimationReader(path: path, ffmpeg: FFmpeg(searchPath: ""))
    }
    #expect(error == .noFFmpegToRead(path: path) && error.description.contains("apt install ffmpeg"))
  }

  @Test("what has no pictures is refused with a sentence", .enabled(if: hasFFmpeg, needsFFmpeg))
  func nothing() throws {
    try folder.write("note.txt", "some text")
    try folder.write("list.m3u8", "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    for name in ["note.txt", "list.m3u8"] {
      let error = try #require(throws: MediaError.self) { try frames(folder.file(name)) }
      #expect(error.description.contains("\(name) is no GIF, PNG, JPEG or WebP file, and ffmpeg"), "\(error)")
    }
    try folder.make("empty")
    #expect(throws: MediaError.noPictures(path: folder.file("empty"))) { try frames(folder.file("empty")) }
    #expect(throws: MediaError.self) { try frames(folder.file("missing")) }
  }

  @Test("a folder is read in natural order, and other files in it are left out")
  func natural() throws {
    let names = [
      "frame-10.png", "frame-2.png", "Frame-1.PNG", "frame-02b.png", "frame-99999999999999999999.png",
      "a.png",
    ]
    for (seed, name) in names.enumerated() {
      try Picture.noise(width: 6, height: 6, seed: UInt64(seed)).writePNG(to: folder.file(name))
    }
    try folder.write("notes.txt", "no picture")
    try folder.write(".hidden.png", "no picture")
    let order = [
      "a.png", "Frame-1.PNG", "frame-2.png", "frame-02b.png", "frame-10.png",
      "frame-99999999999999999999.png",
    ]
    let expected = try order.map { name in
      Picture.noise(width: 6, height: 6, seed: UInt64(try #require(names.firstIndex(of: name))))
    }
    let found = try frames(folder.path)
    #expect(found.map(\.picture) == expected)
    #expect(found.allSatisfy { $0.duration == nil })

    try Picture.noise(width: 7, height: 6, seed: 1).writePNG(to: folder.file("z.png"))
    let error = try #require(throws: MediaError.self) { try frames(folder.path) }
    #expect(error.description.contains("7 x 6") && error.description.contains("6 x 6"))
  }

  @Test("a single picture is one frame, in each format", arguments: ["scene.png", "scene.jpg"])
  func single(name: String) throws {
    let found = try frames(fixture(name))
    #expect(try found == [AnimationReader(path: fixture(name)).next()].compactMap { $0 })
    #expect(try found.map(\.picture) == [Picture(file: fixture(name))] && found[0].duration == nil)
  }
}
