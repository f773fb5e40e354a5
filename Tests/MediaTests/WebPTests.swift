import CWebP
import Foundation
import Media
import TestFolders
import Testing

/// Animated WebP files, read back with libwebp's demuxer, independently of the sources.
@Suite struct WebPTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("walk.webp") }

  init() throws { folder = try TemporaryFolder() }

  /// The durations of a file's frames, in milliseconds, and how often it plays; 0 is for ever.
  private func frames() throws -> (durations: [Int], loops: Int, width: Int, height: Int) {
    try folder.bytes("walk.webp").withUnsafeBytes { bytes in
      var data = WebPData(bytes: bytes.bindMemory(to: UInt8.self).baseAddress, size: bytes.count)
      let demuxer = try #require(WebPDemux(&data))
      defer { WebPDemuxDelete(demuxer) }
      var durations: [Int] = []
      var frame = WebPIterator()
      if WebPDemuxGetFrame(demuxer, 1, &frame) != 0 {
        repeat { durations.append(Int(frame.duration)) } while WebPDemuxNextFrame(&frame) != 0
      }
      WebPDemuxReleaseIterator(&frame)
      return (
        durations, Int(WebPDemuxGetI(demuxer, WEBP_FF_LOOP_COUNT)),
        Int(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH)), Int(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT))
      )
    }
  }

  @Test("every frame comes back as it looked", arguments: [96, 33])
  func quality(side: Int) throws {
    let pictures = (0..<8).map { Picture.photo(side: side, phase: Double($0) / 8) }
    try encodeAnimation(pictures, to: path)
    let found = try frames()
    #expect(found.durations == Array(repeating: 100, count: 8) && found.loops == 0)
    #expect((found.width, found.height) == (side, side))
    let reader = try AnimationReader(path: path)
    for picture in pictures {
      let frame = try #require(try reader.next())
      #expect(psnr(frame.picture, picture) > 35)
    }
    #expect(try reader.next() == nil)
    #expect(try folder.names() == ["walk.webp"])
  }

  @Test(
    "delays are rounded to milliseconds without drift, and none is so short that browsers slow down",
    arguments: [30.0, 29.97, 90, 24, 0.7])
  func delays(framesPerSecond: Double) throws {
    let pictures = (0..<45).map { Picture.gradient(side: 16, phase: Double($0) / 45) }
    try encodeAnimation(pictures, to: path, framesPerSecond: framesPerSecond, isEndless: false)
    let found = try frames()
    #expect(found.durations.count == 45 && found.loops == 1)
    #expect(found.durations.reduce(0, +) == Int((45_000 / framesPerSecond).rounded()))
    #expect(found.durations.allSatisfy { $0 > 10 })
  }

  @Test("a fade so slow that frames differ by one level keeps each of them, and equal ones become a delay")
  func slowFade() throws {
    let pictures = (0..<40).map { step in
      Picture(width: 32, height: 32) { x, y in [60 + 100 * x, 80 + 90 * y, 100].map { $0 + Double(step) } }
    }
    try encodeAnimation(pictures + [pictures[39], pictures[39]], to: path)
    let found = try frames()
    #expect(found.durations == Array(repeating: 100, count: 39) + [300])
    let reader = try AnimationReader(path: path)
    for picture in pictures { #expect(try psnr(#require(try reader.next()).picture, picture) > 40) }
  }

  @Test("an animation of one picture is a WebP picture, which Picture(file:) reads")
  func onePicture() throws {
    let picture = Picture.photo(side: 40, phase: 0)
    try encodeAnimation([picture], to: path, recipe: "{}")
    #expect(try psnr(Picture(file: path), picture) > 35)
    let reader = try AnimationReader(path: path)
    #expect(try reader.next() == AnimationReader.Frame(picture: Picture(file: path), duration: nil))
    #expect(try reader.next() == nil)
    #expect(try recipeText(inFile: path) == "{}")
  }

  @Test("the recipe comes back, whatever XML would make of it", arguments: [200, 100_000])
  func recipes(length: Int) throws {
    let pictures = (0..<2).map { Picture.noise(width: 16, height: 16, seed: $0) }
    try encodeAnimation(pictures, to: path, recipe: recipe(bytes: length))
    #expect(try recipeText(inFile: path) == recipe(bytes: length))
    #expect(try frames().durations.count == 2)
    try encodeAnimation(pictures, to: path)
    #expect(try recipeText(inFile: path) == nil)
  }

  @Test(
    "sizes and rates that the format does not have are refused, and an encoder that is given up leaves no file"
  )
  func refusals() throws {
    let wide = AnimationDescription(width: 16_384, height: 1, frameCount: 1, framesPerSecond: 10)
    #expect(throws: MediaError.tooLarge(path: path, width: 16_384, height: 1, limit: "16383 pixels a side")) {
      try animationEncoder(for: path, wide)
    }
    let fast = AnimationDescription(width: 2, height: 2, frameCount: 1, framesPerSecond: 91)
    #expect(throws: MediaError.wrongFrameRate(91, .webp)) { try animationEncoder(for: path, fast) }
    do {
      let animation = AnimationDescription(width: 8, height: 8, frameCount: 3, framesPerSecond: 10)
      let encoder = try animationEncoder(for: path, animation)
      try encoder.add(Picture.noise(width: 8, height: 8, seed: 1))
      #expect(throws: MediaError.self) { try encoder.add(Picture.noise(width: 9, height: 8, seed: 1)) }
    }
    #expect(try folder.names() == [])
  }
}
