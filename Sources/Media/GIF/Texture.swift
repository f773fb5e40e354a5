/// How rough a picture is at each pixel. Smooth parts show bands and need dithering; in rough ones its grain only
/// does harm.
struct Texture {
  /// How strongly each pixel is dithered: 1 in smooth parts, 0 in rough ones.
  let smoothness: [Float]
  /// The steepest slope of a channel at each pixel, in 8-bit levels a pixel.
  let slope: [Float]

  init(_ picture: Picture) {
    let (width, height) = (picture.width, picture.height)
    var slope = [Float](repeating: 0, count: width * height)
    var bend = [Float](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let (across, bendAcross) = Self.differences(
          picture, line: y * width, place: x, count: width, step: 1)
        let (down, bendDown) = Self.differences(
          picture, line: x, place: y, count: height, step: width)
        slope[y * width + x] = Float(max(across, down)) / 2
        bend[y * width + x] = Float(max(bendAcross, bendDown))
      }
    }
    self.slope = slope
    smoothness = Self.mean5x5(bend, width: width, height: height).map { mean in
      min(max((12 - mean) / 8, 0), 1)
    }
  }

  /// Twice the central difference and the second difference along a line of pixels, each the largest of the channels.
  /// The ends of a line take those of their inner neighbour.
  private static func differences(
    _ picture: Picture, line: Int, place: Int, count: Int, step: Int
  ) -> (first: Int, second: Int) {
    guard count >= 3 else { return (0, 0) }
    let middle = 3 * (line + min(max(place, 1), count - 2) * step)
    var first = 0
    var second = 0
    for channel in middle..<middle + 3 {
      let before = Int(picture.pixels[channel - 3 * step])
      let here = Int(picture.pixels[channel])
      let after = Int(picture.pixels[channel + 3 * step])
      first = max(first, abs(after - before))
      second = max(second, abs(before - 2 * here + after))
    }
    return (first, second)
  }

  /// The mean over the 5 x 5 pixels around each pixel, as far as they lie in the picture.
  private static func mean5x5(_ values: [Float], width: Int, height: Int) -> [Float] {
    var across = [Float](repeating: 0, count: values.count)
    for y in 0..<height {
      for x in 0..<width {
        let window = max(x - 2, 0)...min(x + 2, width - 1)
        across[y * width + x] = window.reduce(0) { $0 + values[y * width + $1] } / Float(window.count)
      }
    }
    var mean = across
    for y in 0..<height {
      let window = max(y - 2, 0)...min(y + 2, height - 1)
      for x in 0..<width {
        mean[y * width + x] = window.reduce(0) { $0 + across[$1 * width + x] } / Float(window.count)
      }
    }
    return mean
  }
}
