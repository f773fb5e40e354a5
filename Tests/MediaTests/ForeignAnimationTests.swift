import Foundation
import Media
import TestFolders
import Testing

/// Animations and pictures as other programs write them (Fixtures/make_animations.py).
@Suite struct ForeignAnimationTests {
  /// The pictures of a PNG file in which they stand one below the other.
  private func pictures(_ name: String, height: Int) throws -> [Picture] {
    let all = try Picture(pngFile: fixture(name))
    let size = 3 * all.width * height
    return stride(from: 0, to: all.pixels.count, by: size).map {
      Picture(width: all.width, height: height, pixels: Array(all.pixels[$0..<$0 + size]))
    }
  }

  @Test(
    "disposal, blending, transparency and interlacing are honoured",
    arguments: [
      ("gif", [0.07, 0.1, 0, 2, 0.03, 0.05]), ("apng", [0.05, 0.1, 0.15, 0.2, 0.25, 0.3]),
      ("webp", [0.05, 0.1, 0.15, 0.2, 0.25, 0.3]),
    ])
  func frames(ending: String, durations: [Double]) throws {
    let expected = try pictures("foreign-\(ending)-decoded.png", height: 10)
    let found = try MediaTests.frames(fixture("foreign.\(ending)"))
    #expect(found.count == 6)
    for (number, (frame, picture)) in zip(found, expected).enumerated() {
      #expect(frame.picture == picture, "frame \(number)")
      #expect(abs((frame.duration ?? -1) - durations[number]) < 1e-9, "frame \(number)")
    }
  }

  @Test("Picture(file:) takes the first picture of an animation, and turns WebP photographs upright")
  func pictures() throws {
    let first = try #require(try pictures("foreign-webp-decoded.png", height: 10).first)
    #expect(try Picture(file: fixture("foreign.webp")) == first)
    let (turned, scene) = (
      try Picture(file: fixture("turned.webp")), try Picture(pngFile: fixture("scene.png"))
    )
    #expect((turned.width, turned.height) == (41, 60))
    #expect(turned.pixels[..<3] == scene.pixels[3 * 40 * 60..<3 * 40 * 60 + 3])
    let decoded = try Picture(pngFile: fixture("scene-webp-decoded.png"))
    #expect(try psnr(Picture(file: fixture("scene.webp")), decoded) > 45)
  }

  @Test(
    "files with random mistakes give pictures or one sentence",
    arguments: [
      ("foreign.gif", 2500), ("foreign.apng", 2500), ("foreign.webp", 2500), ("turned.webp", 800),
      ("scene.webp", 800),
    ])
  func mutations(name: String, count: Int) throws {
    try expectSentences(fixture(name), count) { path in
      // Without ffmpeg, which would be started for each file whose first bytes are damaged.
      let found = try MediaTests.frames(path, ffmpeg: nil)
      #expect(found.allSatisfy { $0.picture.pixels.count == 3 * $0.picture.width * $0.picture.height })
    }
  }

  @Test("a video with random mistakes gives pictures or one sentence", .enabled(if: hasFFmpeg, needsFFmpeg))
  func videoMutations() throws {
    let folder = try TemporaryFolder()
    let pictures = (0..<4).map { Picture.photo(side: 32, phase: Double($0) / 4) }
    try encodeAnimation(pictures, to: folder.file("walk.mp4"))
    try expectSentences(folder.file("walk.mp4"), 30) { _ = try MediaTests.frames($0) }
  }

  @Test(
    "files with random mistakes have a recipe, none, or give one sentence",
    arguments: ["webp", "mp4", "webm"])
  func recipeMutations(ending: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("walk.\(ending)")
    if ending == "webp" || hasFFmpeg {
      let pictures = (0..<2).map { Picture.photo(side: 16, phase: Double($0) / 2) }
      try encodeAnimation(pictures, to: path, recipe: recipe(bytes: 300))
      try expectSentences(path, 3000) { _ = try recipeText(inFile: $0) }
    }
  }

  @Test("sizes beyond all animations are refused before memory is allocated for them")
  func lyingSizes() throws {
    let folder = try TemporaryFolder()
    var gif = try Data(contentsOf: URL(fileURLWithPath: fixture("foreign.gif")))
    gif.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
    var apng = try Data(contentsOf: URL(fileURLWithPath: fixture("foreign.apng")))
    apng.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])
    var webp = try Data(contentsOf: URL(fileURLWithPath: fixture("foreign.webp")))
    webp.replaceSubrange(24..<30, with: [0xFE, 0x3F, 0, 0xFE, 0x3F, 0])
    for (name, file) in [("gif", gif), ("apng", apng), ("webp", webp)] {
      try folder.write(name, file)
      let error = try #require(throws: MediaError.self) { try AnimationReader(path: folder.file(name)) }
      #expect(error.description.contains("is too large for") && error.description.contains("33554432 pixels"))
    }
  }

  /// Reads copies of a file with a few bytes changed, cut out or doubled. Each must give something or a sentence.
  private func expectSentences(_ original: String, _ count: Int, read: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(fileURLWithPath: original))
    var random = SplitMix(state: 29)
    var (successes, refusals) = (0, 0)
    for _ in 0..<count {
      try folder.write("mutated", mutated(whole, &random))
      do {
        try read(folder.file("mutated"))
        successes += 1
      } catch let error as MediaError {
        #expect(error.description.hasSuffix("."), "\(error)")
        refusals += 1
      }
    }
    #expect(successes > 0 && refusals > 0, "\(successes) successes, \(refusals) refusals")
  }
}
