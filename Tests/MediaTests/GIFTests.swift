import Media
import TestFolders
import Testing

@Suite struct GIFTests {
  @Test("a viewer sees exactly what the encoder believes it sees", arguments: [(1, 1), (7, 5), (129, 65)])
  func canvases(width: Int, height: Int) throws {
    let folder = try TemporaryFolder()
    let pictures = (0..<9).map { Picture.noise(width: width, height: height, seed: $0) }
    let shown = try encode(pictures, to: folder.file("walk.gif"))
    #expect(try DecodedGIF(folder.file("walk.gif")).pictures == shown)
    #expect(try folder.names() == ["walk.gif"])
  }

  @Test("a loop is seen as the encoder believes, and its last frame takes the colours of the first")
  func walk() throws {
    let folder = try TemporaryFolder()
    let pictures = (0..<60).map { Picture.photo(side: 48, phase: Double($0) / 60) }
    let shown = try encode(pictures, to: folder.file("walk.gif"))
    let gif = try DecodedGIF(folder.file("walk.gif"))
    #expect(gif.pictures == shown)
    #expect(gif.rectangles.last?.ColorMap == nil)
    #expect(gif.rectangles.dropFirst().dropLast(6).allSatisfy { $0.ColorMap != nil })
  }

  @Test("few colours are shown as they are, with a small table")
  func fewColours() throws {
    let folder = try TemporaryFolder()
    let pictures = (0..<3).map { Picture.noise(width: 5, height: 5, seed: $0) }
    try encode(pictures, to: folder.file("walk.gif"))
    #expect(try DecodedGIF(folder.file("walk.gif")).pictures == pictures)
  }

  @Test("one frame makes an animation of one frame")
  func oneFrame() throws {
    let folder = try TemporaryFolder()
    let shown = try encode([Picture.gradient(side: 16, phase: 0)], to: folder.file("walk.gif"))
    let gif = try DecodedGIF(folder.file("walk.gif"))
    #expect(gif.pictures == shown)
    #expect(gif.delays == [10])
  }

  @Test(
    "delays are at least 2/100 s and their sum is right to 1/100 s",
    arguments: [0.7, 7, 10, 12, 15, 24, 25, 29.97, 30, 40, 50])
  func delays(framesPerSecond: Double) throws {
    let folder = try TemporaryFolder()
    let pictures = (0..<60).map { Picture.noise(width: 4, height: 4, seed: $0) }
    try encode(pictures, to: folder.file("walk.gif"), framesPerSecond: framesPerSecond)
    let gif = try DecodedGIF(folder.file("walk.gif"))
    #expect(gif.delays.count == 60)
    #expect(gif.delays.allSatisfy { $0 >= 2 })
    #expect(abs(Double(gif.delays.reduce(0, +)) - 6000 / framesPerSecond) <= 1)
  }

  @Test("an endless walk loops for ever, and one that ends has no loop block")
  func loops() throws {
    let folder = try TemporaryFolder()
    let pictures = (0..<2).map { Picture.noise(width: 4, height: 4, seed: $0) }
    try encode(pictures, to: folder.file("endless.gif"))
    #expect(try DecodedGIF(folder.file("endless.gif")).loopCount == 0)
    try encode(pictures, to: folder.file("once.gif"), isEndless: false)
    #expect(try DecodedGIF(folder.file("once.gif")).loopCount == nil)
  }

  @Test("equal pictures become one frame with a longer delay")
  func equalPictures() throws {
    let folder = try TemporaryFolder()
    let (one, other) = (Picture.photo(side: 24, phase: 0), Picture.photo(side: 24, phase: 0.5))
    try encode([one, one, one, other, other], to: folder.file("walk.gif"))
    #expect(try DecodedGIF(folder.file("walk.gif")).delays == [30, 20])
  }

  @Test("a delay too long for one frame continues in a frame that changes nothing")
  func longDelay() throws {
    let folder = try TemporaryFolder()
    let picture = Picture.photo(side: 24, phase: 0)
    let shown = try encode(
      [picture, picture, picture], to: folder.file("walk.gif"), framesPerSecond: 1 / 400)
    let gif = try DecodedGIF(folder.file("walk.gif"))
    #expect(gif.delays == [40_000, 40_000, 40_000])
    #expect(gif.pictures == shown)
  }

  @Test("only the changed rectangle is written")
  func rectangle() throws {
    let folder = try TemporaryFolder()
    let picture = Picture.gradient(side: 32, phase: 0)
    var pixels = picture.pixels
    pixels.replaceSubrange(3 * (5 * 32 + 7)..<3 * (5 * 32 + 7) + 3, with: [255, 0, 255])
    let changed = Picture(width: 32, height: 32, pixels: pixels)
    let path = folder.file("walk.gif")
    let encoder = try GIFEncoder(
      path: path, AnimationDescription(width: 32, height: 32, frameCount: 20, framesPerSecond: 10))
    for _ in 0..<10 { try encoder.add(picture) }
    try encoder.add(changed)
    try encoder.finish()
    let gif = try DecodedGIF(path)
    let rectangle = try #require(gif.rectangles.last)
    #expect(gif.pictures.last?.pixels[3 * (5 * 32 + 7)..<3 * (5 * 32 + 7) + 3] == [255, 0, 255])
    #expect((rectangle.Left...rectangle.Left + rectangle.Width).contains(7))
  }
}
