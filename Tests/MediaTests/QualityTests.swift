import Media
import TestFolders
import Testing

/// How calm and smooth animations look, against the limits of the encoder's specification.
@Suite struct QualityTests {
  private func metrics(_ sources: [Picture]) throws -> Metrics {
    let folder = try TemporaryFolder()
    let shown = try encode(sources, to: folder.file("walk.gif"), isEndless: false)
    return Metrics(shown: shown, sources: sources)
  }

  @Test("a walk through soft colours has neither bands nor crawling grain")
  func gradient() throws {
    let metrics = try metrics((0..<60).map { Picture.gradient(side: 64, phase: Double($0) / 60) })
    #expect(metrics.seenError <= 0.15)
    #expect(metrics.bands <= 0.07)
    #expect(metrics.flicker <= 0.06)
    #expect(metrics.stillStep <= metrics.losslessStillStep)
  }

  @Test("a walk through a picture like a photograph keeps its colours")
  func photo() throws {
    let metrics = try metrics((0..<60).map { Picture.photo(side: 64, phase: Double($0) / 60) })
    #expect(metrics.seenError <= 0.35)
    #expect(metrics.bands <= 0.30)
    #expect(metrics.flicker <= 0.30)
    #expect(metrics.stillStep <= metrics.losslessStillStep)
  }

  @Test("hues that turn slowly keep their colours")
  func hues() throws {
    let metrics = try metrics((0..<24).map { Picture.hues(side: 64, phase: Double($0) / 120) })
    #expect(metrics.seenError <= 0.35)
    #expect(metrics.bands <= 0.30)
    #expect(metrics.flicker <= 0.30)
  }

  @Test("a still picture comes to rest, and no pixel ever gets worse")
  func stillPicture() throws {
    // One pixel in the corner ticks by a level, so that the pictures are not equal and are really encoded.
    let still = Picture.photo(side: 64, phase: 0)
    let sources = (0..<30).map { number in
      Picture(width: 64, height: 64, pixels: [still.pixels[0] - UInt8(number % 2)] + still.pixels.dropFirst())
    }
    let folder = try TemporaryFolder()
    let shown = try encode(sources, to: folder.file("walk.gif"), isEndless: false)
    let target = still.oklab
    let errors = shown.map { zip($0.oklab, target).dropFirst().map { ($0 - $1).squaredLength } }
    for (earlier, later) in zip(errors, errors.dropFirst()) {
      #expect(zip(earlier, later).allSatisfy { $1 <= $0 + 1e-9 })
    }
    for number in 12..<30 { #expect(shown[number].changedShare(since: shown[number - 1]) <= 0.005) }
    for number in 24..<30 { #expect(shown[number] == shown[number - 1]) }
  }

  @Test("noise of one level hardly reaches the screen")
  func noise() throws {
    let still = Picture.photo(side: 64, phase: 0)
    let sources = (0..<24).map { still.withNoise(seed: $0) }
    let folder = try TemporaryFolder()
    let shown = try encode(sources, to: folder.file("walk.gif"), isEndless: false)
    for number in 10..<24 { #expect(shown[number].changedShare(since: shown[number - 1]) <= 0.25) }
  }

  @Test("a loop closes without a jump")
  func seam() throws {
    let sources = (0..<48).map { Picture.gradient(side: 64, phase: Double($0) / 48) }
    let folder = try TemporaryFolder()
    let shown = try encode(sources, to: folder.file("walk.gif"))
    let steps = (0..<48).map { shown[$0].step(from: shown[($0 + 47) % 48]) }
    #expect(steps[0] <= 2.5 * steps[10..<40].reduce(0, +) / 30)
  }

  @Test("a walk that does not come back keeps its own colours at its end")
  func openWalk() throws {
    let sources = (0..<24).map { Picture.hues(side: 64, phase: Double($0) / 48) }
    let folder = try TemporaryFolder()
    let shown = try encode(sources, to: folder.file("walk.gif"))
    let whole = Metrics(shown: Array(shown[6..<18]), sources: Array(sources[6..<18]))
    let end = Metrics(shown: shown.suffix(6), sources: sources.suffix(6))
    #expect(end.seenError <= 1.2 * whole.seenError)
  }
}

extension SIMD3<Double> {
  fileprivate var squaredLength: Double { (self * self).sum() }
}

extension Picture {
  fileprivate func changedShare(since earlier: Picture) -> Double {
    let changed = (0..<width * height).count {
      pixels[3 * $0..<3 * $0 + 3] != earlier.pixels[3 * $0..<3 * $0 + 3]
    }
    return Double(changed) / Double(width * height)
  }

  fileprivate func step(from earlier: Picture) -> Double {
    zip(oklab, earlier.oklab).reduce(0) { $0 + ($1.0 - $1.1).squaredLength.squareRoot() }
      / Double(width * height)
  }
}
