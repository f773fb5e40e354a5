import Foundation
import Media

/// The figures of Tools/animation/measure.py that the tests hold the encoder to; distances are in Oklab, times 100.
struct Metrics {
  /// The mean error of the colour that an eye sees which does not resolve single pixels (blur of sigma 1).
  private(set) var seenError = 0.0
  /// The RMS error of blotches and bands in smooth parts (blur of sigma 2).
  private(set) var bands = 0.0
  /// The RMS change of the seen error from frame to frame in smooth parts: crawling grain.
  private(set) var flicker = 0.0
  /// The mean step of pixels whose source moves by at most two levels, as shown and as it would be without loss.
  private(set) var stillStep = 0.0
  private(set) var losslessStillStep = 0.0

  init(shown: [Picture], sources: [Picture]) {
    var (seen, bandSquares, flickerSquares) = (Mean(), Mean(), Mean())
    var (steps, losslessSteps) = (Mean(), Mean())
    var before: (error: [SIMD3<Double>], smooth: [Bool])?
    for (number, (picture, source)) in zip(shown, sources).enumerated() {
      let error = zip(picture.seen(blur: 1), source.seen(blur: 1)).map { $0 - $1 }
      let bandError = zip(picture.seen(blur: 2), source.seen(blur: 2)).map { $0 - $1 }
      let smooth = source.smoothParts
      for pixel in smooth.indices {
        seen.add(length(error[pixel]))
        if smooth[pixel] { bandSquares.add(length(bandError[pixel]) * length(bandError[pixel])) }
        if let before, smooth[pixel], before.smooth[pixel] {
          let change = length(error[pixel] - before.error[pixel])
          flickerSquares.add(change * change)
        }
      }
      if number > 0 {
        let pairs = (picture.oklab, shown[number - 1].oklab, source.oklab, sources[number - 1].oklab)
        for pixel in smooth.indices where source.rests(at: pixel, since: sources[number - 1]) {
          steps.add(length(pairs.0[pixel] - pairs.1[pixel]))
          losslessSteps.add(length(pairs.2[pixel] - pairs.3[pixel]))
        }
      }
      before = (error, smooth)
    }
    seenError = 100 * seen.value
    bands = 100 * bandSquares.value.squareRoot()
    flicker = 100 * flickerSquares.value.squareRoot()
    stillStep = 100 * steps.value
    losslessStillStep = 100 * losslessSteps.value
  }
}

private struct Mean {
  private var sum = 0.0
  private var count = 0.0

  mutating func add(_ value: Double) {
    sum += value
    count += 1
  }

  var value: Double { count > 0 ? sum / count : 0 }
}

private func length(_ v: SIMD3<Double>) -> Double { (v * v).sum().squareRoot() }

extension Picture {
  /// Each pixel in Oklab, in double precision and apart from the encoder's own conversion.
  var oklab: [SIMD3<Double>] { light.map(oklabOfLight) }

  /// Each pixel in Oklab after a Gaussian blur in linear light.
  fileprivate func seen(blur sigma: Double) -> [SIMD3<Double>] {
    let radius = Int(4 * sigma)
    let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let total = weights.reduce(0, +)
    func blurred(_ values: [SIMD3<Double>], line: (Int) -> Int, place: (Int) -> Int, count: Int, step: Int)
      -> [SIMD3<Double>]
    {
      values.indices.map { pixel in
        var sum = SIMD3<Double>()
        for (offset, weight) in zip(-radius...radius, weights) {
          let position = min(max(place(pixel) + offset, 0), count - 1)
          sum += weight / total * values[line(pixel) + position * step]
        }
        return sum
      }
    }
    let across = blurred(
      light, line: { $0 / width * width }, place: { $0 % width }, count: width, step: 1)
    return blurred(across, line: { $0 % width }, place: { $0 / width }, count: height, step: width)
      .map(oklabOfLight)
  }

  /// Where the luma ranges over at most 12 levels in 9 x 9 pixels.
  fileprivate var smoothParts: [Bool] {
    let luma = (0..<width * height).map { pixel -> Double in
      let colour = pixels[3 * pixel..<3 * pixel + 3].map(Double.init)
      return zip([0.299, 0.587, 0.114], colour).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return luma.indices.map { pixel in
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      var (lowest, highest) = (luma[pixel], luma[pixel])
      for row in max(y - 4, 0)...min(y + 4, height - 1) {
        for column in max(x - 4, 0)...min(x + 4, width - 1) {
          lowest = min(lowest, luma[row * width + column])
          highest = max(highest, luma[row * width + column])
        }
      }
      return highest - lowest <= 12
    }
  }

  fileprivate func rests(at pixel: Int, since earlier: Picture) -> Bool {
    (3 * pixel..<3 * pixel + 3).allSatisfy { abs(Int(pixels[$0]) - Int(earlier.pixels[$0])) <= 2 }
  }

  private var light: [SIMD3<Double>] {
    let levels = (0..<256).map { level in
      let value = Double(level) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return stride(from: 0, to: pixels.count, by: 3).map {
      SIMD3(levels[Int(pixels[$0])], levels[Int(pixels[$0 + 1])], levels[Int(pixels[$0 + 2])])
    }
  }
}

private func oklabOfLight(_ light: SIMD3<Double>) -> SIMD3<Double> {
  let l = cbrt((SIMD3(0.4122214708, 0.5363325363, 0.0514459929) * light).sum())
  let m = cbrt((SIMD3(0.2119034982, 0.6806995451, 0.1073969566) * light).sum())
  let s = cbrt((SIMD3(0.0883024619, 0.2817188376, 0.6299787005) * light).sum())
  return SIMD3(0.2104542553, 1.9779984951, 0.0259040371) * l
    + SIMD3(0.7936177850, -2.4285922050, 0.7827717662) * m
    + SIMD3(-0.0040720468, 0.4505937099, -0.8086757660) * s
}
