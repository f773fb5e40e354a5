import Foundation
import Media
import TestFolders
import Testing

/// MP4 and WebM files, written through ffmpeg.
@Suite(.enabled(if: hasFFmpeg, needsFFmpeg)) struct VideoTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("every frame comes back as it looked, with its size and colours", arguments: ["mp4", "webm"])
  func frames(ending: String) throws {
    let pictures = (0..<8).map { Picture.photo(side: 96, phase: Double($0) / 8) }
    try encodeAnimation(pictures, to: folder.file("walk.\(ending)"))
    let found = try decoded(folder.file("walk.\(ending)"), width: 96, height: 96)
    #expect(found.count == 8)
    for (one, other) in zip(found, pictures) { #expect(psnr(one, other) > 36) }
    let fields = try probe(folder.file("walk.\(ending)"))
    #expect(fields["codec_name"] == (ending == "mp4" ? "h264" : "vp9"))
    #expect(fields["pix_fmt"] == "yuv420p")
    #expect(fields["color_space"] == "bt709" && fields["color_transfer"] == "iec61966-2-1")
    #expect(try folder.names() == ["walk.\(ending)"])
  }

  @Test("pure colours keep their hue: pictures are converted with the matrix that the file names")
  func colours() throws {
    for (name, colour) in [("red", [220, 20, 20]), ("green", [20, 200, 40]), ("blue", [30, 40, 230])] {
      let pixels = (0..<64 * 64).flatMap { _ in colour.map { UInt8($0) } }
      let path = folder.file("\(name).mp4")
      try encodeAnimation([Picture(width: 64, height: 64, pixels: pixels)], to: path)
      let found = try #require(try decoded(path, width: 64, height: 64).first)
      for (one, other) in zip(found.pixels[6240..<6243], colour) { #expect(abs(Int(one) - other) <= 4) }
    }
  }

  @Test(
    "MP4 doubles the last column and row of odd sides, WebM keeps them",
    arguments: [(33, 21), (1, 1), (32, 5)])
  func oddSizes(width: Int, height: Int) throws {
    let pictures = (0..<3).map { phase in
      Picture(width: width, height: height) { x, y in [60 + 60 * x, 100 + 60 * y, 128 + Double(phase)] }
    }
    try encodeAnimation(pictures, to: folder.file("a.mp4"))
    try encodeAnimation(pictures, to: folder.file("a.webm"))
    let (even, odd) = ((width + width % 2, height + height % 2), (width, height))
    for (name, size) in [("a.mp4", even), ("a.webm", odd)] {
      let found = try decoded(folder.file(name), width: size.0, height: size.1)
      #expect(found.count == 3, "\(name)")
      for (one, other) in zip(found, pictures) {
        let expected = Picture(
          width: size.0, height: size.1,
          pixels: (0..<size.1).flatMap { y in
            (0..<size.0).flatMap { x in
              let start = 3 * (min(y, height - 1) * width + min(x, width - 1))
              return other.pixels[start..<start + 3]
            }
          })
        #expect(psnr(one, expected) > 30, "\(name)")
      }
    }
  }

  @Test(
    "frame rates are exact fractions, to 240 a second",
    arguments: [(24, "24/1"), (30000.0 / 1001, "30000/1001"), (12.5, "25/2"), (240, "240/1"), (0.1, "1/10")]
      as [(Double, String)])
  func rates(framesPerSecond: Double, expected: String) throws {
    let pictures = (0..<6).map { Picture.gradient(side: 16, phase: Double($0) / 6) }
    try encodeAnimation(pictures, to: folder.file("a.mp4"), framesPerSecond: framesPerSecond)
    let fields = try probe(folder.file("a.mp4"))
    #expect(fields["r_frame_rate"] == expected && fields["nb_frames"] == "6")
    let duration = try #require(fields["duration"].flatMap(Double.init))
    #expect(abs(duration - 6 / framesPerSecond) < 1e-4)
  }

  @Test("rates beyond 240 are refused")
  func tooFast() throws {
    let animation = AnimationDescription(width: 2, height: 2, frameCount: 1, framesPerSecond: 241)
    let error = try #require(throws: MediaError.self) {
      try animationEncoder(for: folder.file("a.mp4"), animation)
    }
    #expect(error.description.hasSuffix("Choose a number from 0.0016 to 240.0."))
  }

  @Test(
    "the index stands before the pictures, and two files of the same pictures are equal",
    arguments: ["mp4", "webm"])
  func bytes(ending: String) throws {
    let pictures = (0..<4).map { Picture.photo(side: 48, phase: Double($0) / 4) }
    try encodeAnimation(pictures, to: folder.file("1.\(ending)"), recipe: "{}")
    try encodeAnimation(pictures, to: folder.file("2.\(ending)"), recipe: "{}")
    let bytes = try folder.bytes("1.\(ending)")
    #expect(try folder.bytes("2.\(ending)") == bytes)
    if ending == "mp4" {
      let index = try #require(bytes.range(of: Data("moov".utf8)))
      let pictures = try #require(bytes.range(of: Data("mdat".utf8)))
      #expect(index.lowerBound < pictures.lowerBound)
    }
  }

  @Test(
    "the recipe comes back, also one that is longer than an argument of a program",
    arguments: ["mp4", "webm"],
    [200, 100_000, 300_000])
  func recipes(ending: String, length: Int) throws {
    let path = folder.file("walk.\(ending)")
    try encodeAnimation(
      [Picture.noise(width: 16, height: 16, seed: 1)], to: path, recipe: recipe(bytes: length))
    #expect(try recipeText(inFile: path) == recipe(bytes: length))
    #expect(try folder.names() == ["walk.\(ending)"])
    let comment = try output(
      of: "ffprobe", ["-v", "error", "-show_entries", "format_tags", "-of", "default=nk=1:nw=1", path])
    #expect(String(decoding: comment, as: UTF8.self).contains(recipe(bytes: length)))

    try encodeAnimation([Picture.noise(width: 16, height: 16, seed: 1)], to: path)
    #expect(try recipeText(inFile: path) == nil)
  }

  @Test("names with colons, spaces and hyphens are names")
  func names() throws {
    try folder.make("http: -y")
    let path = folder.file("http: -y/-i 100%d.mp4")
    try encodeAnimation([Picture.noise(width: 16, height: 16, seed: 1)], to: path)
    #expect(try folder.names(in: "http: -y") == ["-i 100%d.mp4"])
  }
}
