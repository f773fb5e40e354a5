import Foundation
import Media
import TestFolders
import Testing

@Suite struct APNGTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("walk.apng") }

  init() throws { folder = try TemporaryFolder() }

  private func encode(
    _ pictures: [Picture], framesPerSecond: Double = 10, isEndless: Bool = true, recipe: String? = nil
  ) throws -> DecodedAPNG {
    let animation = AnimationDescription(
      width: pictures[0].width, height: pictures[0].height, frameCount: pictures.count,
      framesPerSecond: framesPerSecond, isEndless: isEndless)
    let encoder = try animationEncoder(for: path, animation, recipe: recipe)
    for picture in pictures { try encoder.add(picture) }
    try encoder.finish()
    return try DecodedAPNG(path, in: folder)
  }

  @Test("every frame comes back as it was", arguments: [(1, 1), (7, 5), (129, 65)])
  func frames(width: Int, height: Int) throws {
    let pictures = (0..<5).map { Picture.noise(width: width, height: height, seed: $0) }
    let decoded = try encode(pictures)
    #expect(decoded.pictures == pictures)
    #expect(decoded.frameCount == 5)
    #expect(try folder.names() == ["walk.apng"])
  }

  @Test("only the changed rectangle is stored, and one pixel where nothing changes")
  func rectangles() throws {
    let picture = Picture.photo(side: 32, phase: 0)
    var pixels = picture.pixels
    for pixel in [5 * 32 + 7, 9 * 32 + 4] { pixels[3 * pixel + 1] ^= 1 }
    let changed = Picture(width: 32, height: 32, pixels: pixels)
    let decoded = try encode([picture, picture, changed, picture])
    #expect(decoded.rectangles == [[32, 32, 0, 0], [1, 1, 0, 0], [4, 5, 4, 5], [4, 5, 4, 5]])
    #expect(decoded.pictures == [picture, picture, changed, picture])
  }

  @Test(
    "delays are exact fractions of a second",
    arguments: [
      (10, [1, 10]), (24, [1, 24]), (29.97, [100, 2997]), (30000.0 / 1001, [1001, 30000]), (0.7, [10, 7]),
      (90, [1, 90]),
      (23.976, [125, 2997]), (0.0016, [625, 1]), (12.5, [2, 25]), (1.0 / 3, [3, 1]),
    ] as [(Double, [Int])])
  func delays(framesPerSecond: Double, expected: [Int]) throws {
    let pictures = (0..<3).map { Picture.noise(width: 2, height: 2, seed: $0) }
    #expect(try encode(pictures, framesPerSecond: framesPerSecond).delays == [expected, expected, expected])
  }

  @Test("a rate that is no fraction of 16 bits is shown to a millionth")
  func irrationalRate() throws {
    let delay = try encode([Picture.noise(width: 2, height: 2, seed: 1)], framesPerSecond: 10 * .pi).delays[0]
    #expect(abs(Double(delay[1]) / Double(delay[0]) / (10 * .pi) - 1) < 1e-6)
  }

  @Test("an endless walk plays for ever, and one that ends plays once")
  func loops() throws {
    let pictures = (0..<2).map { Picture.noise(width: 4, height: 4, seed: $0) }
    #expect(try encode(pictures).plays == 0)
    #expect(try encode(pictures, isEndless: false).plays == 1)
  }

  @Test("chunks stand in the order that the specification requires, and a plain reader sees the first frame")
  func order() throws {
    let pictures = (0..<2).map { Picture.noise(width: 4, height: 4, seed: $0) }
    let names = try encode(pictures, recipe: "{}").names
    #expect(names.prefix(3) == ["IHDR", "iTXt", "acTL"])
    #expect(names.suffix(5) == ["fcTL", "IDAT", "fcTL", "fdAT", "IEND"])
    #expect(try Picture(pngFile: path) == pictures[0])
    #expect(try recipeText(inFile: path) == "{}")
  }

  @Test(
    "the encoder is chosen by the file's ending, in capitals, too; any other is refused with those that are known"
  )
  func endings() throws {
    let animation = AnimationDescription(width: 2, height: 2, frameCount: 1, framesPerSecond: 10)
    #expect(try animationEncoder(for: folder.file("a.GIF"), animation) is GIFEncoder)
    #expect(try animationEncoder(for: folder.file("a.Apng"), animation) is APNGEncoder)
    #expect(try animationEncoder(for: folder.file("a.WebP"), animation) is WebPEncoder)
    #expect(try AnimationFormat(path: "/dev/null") == .gif)
    #expect(try AnimationFormat(path: "/dev/stdout") == .gif)
    for name in ["a.mov", "a", "gif", "a.gif.png"] {
      let error = try #require(throws: MediaError.self) {
        try animationEncoder(for: folder.file(name), animation)
      }
      #expect(
        error.description
          == "\(folder.file(name)) does not end as an animation does. "
          + "Choose a name that ends in .gif, .apng, .webp, .mp4 or .webm."
      )
    }
    #expect(try folder.names() == [])
  }

  @Test("wrong sizes and rates are refused, and an encoder that is given up leaves no file")
  func refusals() throws {
    for rate in [0, -1, 90.1, 1e-4, .nan, .infinity] {
      let animation = AnimationDescription(width: 2, height: 2, frameCount: 1, framesPerSecond: rate)
      let error = try #require(throws: MediaError.self) { try animationEncoder(for: path, animation) }
      #expect(error.description.hasSuffix("Choose a number from 0.0016 to 90.0."))
    }
    let animation = AnimationDescription(width: 2, height: 2, frameCount: 2, framesPerSecond: 1)
    do {
      let encoder = try animationEncoder(for: path, animation)
      try encoder.add(Picture.noise(width: 2, height: 2, seed: 1))
      #expect(throws: MediaError.self) { try encoder.add(Picture.noise(width: 3, height: 2, seed: 1)) }
    }
    #expect(try folder.names() == [])
  }
}
