import Foundation
import Media
import Testing

@Suite struct DifferenceTests {
  private struct Golden: Decodable {
    struct Row: Decodable {
      let width: Int
      let height: Int
      let first: [Int]
      let second: [Int]
      let distance: Double
      let sharpness: Double
    }
    let rows: [Row]
  }

  /// The pictures of Tools/golden/differences.py.
  private func picture(_ width: Int, _ height: Int, _ numbers: [Int]) -> Picture {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for k in 0..<3 {
          let value = numbers[0] * x * (k + 1) + numbers[1] * y + numbers[2] * k + x * y / 16
          pixels.append(UInt8(value % 256))
        }
      }
    }
    return Picture(width: width, height: height, pixels: pixels)
  }

  @Test("distance and sharpness are those of the plain formulas in numpy, in all sizes and proportions")
  func golden() throws {
    let file = try Data(contentsOf: URL(filePath: fixture("differences.json")))
    let rows = try JSONDecoder().decode(Golden.self, from: file).rows
    #expect(rows.count == 21)
    for row in rows {
      let first = OklabPyramid(picture(row.width, row.height, row.first))
      let second = picture(row.width, row.height, row.second)
      let distance = first.distance(to: OklabPyramid(second))
      #expect(abs(distance - row.distance) < 1e-5, "\(row.width) x \(row.height) \(row.second)")
      #expect(OklabPyramid(second).distance(to: first) == distance)
      #expect(abs(second.sharpness - row.sharpness) < 1e-9, "\(row.width) x \(row.height) \(row.second)")
    }
  }

  @Test("black and white are 1 apart, and equal pictures 0")
  func ends() {
    let black = OklabPyramid(Picture(width: 9, height: 7) { _, _ in [0, 0, 0] })
    let white = OklabPyramid(Picture(width: 9, height: 7) { _, _ in [255, 255, 255] })
    #expect(abs(black.distance(to: white) - 1) < 1e-5)
    #expect(black.distance(to: black) == 0)
  }

  @Test("a large picture is as far from another as the same two in small are")
  func sizes() {
    let distances = [64, 128, 192, 512].map { side in
      OklabPyramid(.photo(side: side, phase: 0)).distance(to: OklabPyramid(.photo(side: side, phase: 0.1)))
    }
    for distance in distances { #expect(abs(distance / distances[3] - 1) < 0.06, "\(distances)") }
  }

  @Test("grain that an eye does not resolve counts little beside a change of colour")
  func grain() {
    let picture = Picture.gradient(side: 128, phase: 0)
    let (grainy, other) = (picture.withNoise(seed: 1), Picture.gradient(side: 128, phase: 0.3))
    let pyramid = OklabPyramid(picture)
    #expect(pyramid.distance(to: OklabPyramid(grainy)) < 0.05 * pyramid.distance(to: OklabPyramid(other)))
  }

  @Test("flat and black pictures are known as such, and a dark picture of something is not")
  func flat() {
    func pyramid(_ colour: (Double, Double) -> [Double]) -> OklabPyramid {
      OklabPyramid(Picture(width: 64, height: 64, colour))
    }
    let (black, grey) = (pyramid { _, _ in [0, 0, 0] }, pyramid { _, _ in [120, 121, 120] })
    let dark = pyramid { x, y in x * x + y * y < 0.1 ? [40, 30, 10] : [2, 2, 2] }
    #expect(black.isFlat && black.isBlack)
    #expect(grey.isFlat && !grey.isBlack)
    #expect(!dark.isFlat && !dark.isBlack)
    #expect(abs(grey.lightness - 0.57) < 0.01)
  }

  @Test("a blurred picture is less sharp, and a cross-fade is less sharp than its ends")
  func sharpness() {
    let one = Picture.photo(side: 64, phase: 0)
    let other = Picture(width: 64, height: 64, pixels: one.pixels.reversed())
    let soft = one.fitted(width: 32, height: 32).fitted(width: 64, height: 64)
    let fade = Picture(
      width: 64, height: 64,
      pixels: zip(one.pixels, other.pixels).map { UInt8((Int($0) + Int($1)) / 2) })
    #expect(soft.sharpness < 0.8 * one.sharpness)
    #expect(abs(fade.sharpness / one.sharpness - 0.71) < 0.05)
  }

  @Test("the distances of an animation's frames are those of its pictures, so many places apart")
  func frames() {
    let pictures = (0..<4).map { Picture.hues(side: 24, phase: Double($0) / 7) }
    var frames = FrameDifferences()
    #expect(frames.distances(apart: 1).isEmpty)
    for picture in pictures { frames.add(picture) }
    let pyramids = pictures.map { OklabPyramid($0) }
    #expect(frames.count == 4 && frames.pyramids == pyramids)
    #expect(frames.distances(apart: 2) == (0..<2).map { pyramids[$0].distance(to: pyramids[$0 + 2]) })
    #expect(frames.distance(3, 0) == pyramids[3].distance(to: pyramids[0]))
    #expect(frames.sharpness == pictures.map(\.sharpness))
  }
}
