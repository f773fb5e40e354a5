import Glibc

extension Picture {
  /// The picture in another size: its middle, as much of it as the new proportions hold, made smaller or larger by
  /// Lanczos's filter, as Pillow and with it diffusers do.
  public func fitted(width newWidth: Int, height newHeight: Int) -> Picture {
    precondition(newWidth > 0 && newHeight > 0, "A picture has at least one pixel.")
    guard newWidth != width || newHeight != height else { return self }
    // Pixels of this picture to one of the new; the smaller of both, so that nothing is missing.
    let scale = min(Double(width) / Double(newWidth), Double(height) / Double(newHeight))
    let columns = Resampling(of: width, to: newWidth, scale: scale)
    let rows = Resampling(of: height, to: newHeight, scale: scale)
    // Bytes are rounded in between, so the order counts: Pillow's.
    let resized =
      newWidth > width && newHeight < height
      ? columns.applied(to: rows.applied(to: pixels, lines: 1, step: width * 3), lines: newHeight, step: 3)
      : rows.applied(to: columns.applied(to: pixels, lines: height, step: 3), lines: 1, step: newWidth * 3)
    return Picture(width: newWidth, height: newHeight, pixels: resized)
  }
}

/// How the pixels of a line are mixed into a line of another length. Where it gets shorter, the filter gets wider, so
/// that every pixel has its share (Turkowski, "Filters for Common Resampling Tasks", 1990).
private struct Resampling {
  /// For each new pixel the first old one that has a share in it, and the shares.
  let shares: [(first: Int, weights: [Float])]
  let length: Int

  /// Takes the middle of a line.
  /// - Parameter scale: old pixels to a new one.
  init(of length: Int, to newLength: Int, scale: Double) {
    self.length = length
    let margin = (Double(length) - Double(newLength) * scale) / 2
    let stretch = max(1, scale)
    shares = (0..<newLength).map { pixel in
      let centre = margin + (Double(pixel) + 0.5) * scale
      let first = max(0, Int(centre - lanczosRadius * stretch + 0.5))
      let end = min(length, Int(centre + lanczosRadius * stretch + 0.5))
      let weights = (first..<end).map { lanczos((Double($0) - centre + 0.5) / stretch) }
      let sum = weights.reduce(0, +)
      return (first, weights.map { Float($0 / sum) })
    }
  }

  /// - Parameters:
  ///   - source: `lines` lines of `length` pixels, each of `step` bytes.
  ///   - step: 3 for the columns of a picture, a whole row for its rows.
  func applied(to source: [UInt8], lines: Int, step: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: lines * shares.count * step)
    var sums = [Float](repeating: 0, count: step)
    for line in 0..<lines {
      for (pixel, share) in shares.enumerated() {
        for i in 0..<step { sums[i] = 0.5 }
        for (offset, weight) in share.weights.enumerated() {
          let start = (line * length + share.first + offset) * step
          for i in 0..<step { sums[i] += weight * Float(source[start + i]) }
        }
        let start = (line * shares.count + pixel) * step
        for i in 0..<step { result[start + i] = UInt8(min(255, max(0, sums[i]))) }
      }
    }
    return result
  }
}

private let lanczosRadius = 3.0

/// sinc(x) sinc(x / 3) for |x| < 3, otherwise 0.
private func lanczos(_ x: Double) -> Double {
  guard abs(x) < lanczosRadius else { return 0 }
  guard x != 0 else { return 1 }
  let angle = Double.pi * x
  return sin(angle) / angle * sin(angle / lanczosRadius) / (angle / lanczosRadius)
}
