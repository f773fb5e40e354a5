import Foundation
import Media

/// Small splitmix64, so that clips are the same in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Picture {
  /// A picture whose channels, 0...255, are a function of the place, 0...1.
  init(width: Int, height: Int, _ colour: (_ x: Double, _ y: Double) -> [Double]) {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        pixels += colour(Double(x) / Double(width), Double(y) / Double(height)).map {
          UInt8(min(max($0, 0), 255).rounded())
        }
      }
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  static func noise(width: Int, height: Int, seed: UInt64) -> Picture {
    var random = SplitMix(state: seed)
    let pixels = (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
    return Picture(width: width, height: height, pixels: pixels)
  }

  /// Soft colours that run into each other; `phase` 0...1 is a circle.
  static func gradient(side: Int, phase: Double) -> Picture {
    let angle = 2 * Double.pi * phase
    return Picture(width: side, height: side) { x, y in
      let t = 0.6 * x + 0.4 * y + 0.1 * sin(4 * y + angle)
      let dusk = 0.5 + 0.25 * sin(angle)
      return zip([230, 170, 120], zip([60, 80, 150], [120, 70, 110])).map { one, others in
        (1 - t) * one + t * (dusk * others.0 + (1 - dusk) * others.1)
      }
    }
  }

  /// All hues side by side, turning with the phase.
  static func hues(side: Int, phase: Double) -> Picture {
    Picture(width: side, height: side) { x, y in
      [0, 1, 2].map { channel in
        let hue = 2 * Double.pi * (phase + 0.3 * x + channel / 3)
        return 140 + (40 + 60 * y) * cos(hue)
      }
    }
  }

  /// Leaves and sky, or what might be: rough and smooth parts, bright and dark ones, drifting with the phase.
  static func photo(side: Int, phase: Double) -> Picture {
    let angle = 2 * Double.pi * phase
    return Picture(width: side, height: side) { x, y in
      let leaves = sin(37 * x + 11 * y + angle) * sin(29 * y - 17 * x) + 0.5 * sin(83 * x + 61 * y)
      let ground = max(0, min(1, 6 * (y - 0.5 + 0.05 * sin(9 * x + angle))))
      let light = 1 - ground + ground * (0.35 + 0.25 * leaves)
      return [150 + 60 * x - 40 * ground, 180 + 30 * y - 30 * ground, 235 - 60 * y - 130 * ground].map {
        $0 * light
      }
    }
  }

  /// The same picture with each channel off by at most one level.
  func withNoise(seed: UInt64) -> Picture {
    var random = SplitMix(state: seed)
    let noisy = pixels.map { UInt8(min(max(Int($0) + Int.random(in: -1...1, using: &random), 0), 255)) }
    return Picture(width: width, height: height, pixels: noisy)
  }
}

/// A whole animation at once.
@discardableResult
func encode(
  _ pictures: [Picture], to path: String, framesPerSecond: Double = 10, isEndless: Bool = true,
  recipe: String? = nil
) throws -> [Picture] {
  let encoder = try GIFEncoder(
    path: path,
    AnimationDescription(
      width: pictures[0].width, height: pictures[0].height, frameCount: pictures.count,
      framesPerSecond: framesPerSecond, isEndless: isEndless), recipe: recipe)
  let shown = try pictures.map { picture in
    try encoder.add(picture)
    return encoder.shown
  }
  try encoder.finish()
  return shown
}

/// The files beside the tests.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/" + name
}
