extension Tensor {
  /// Every number rounded to the nearest byte, halves to even as NumPy rounds; what lies outside 0 ... 255 is clipped.
  public func roundedBytes() -> [UInt8] {
    withValues { values in
      values.map { UInt8(min(255, max(0, $0.rounded(.toNearestOrEven)))) }
    }
  }

  /// Pixels of a picture as numbers in -1 ... 1: [1, height, width, 3].
  public init(pixels: [UInt8], height: Int, width: Int) {
    self.init(shape: [1, height, width, 3], values: pixels.map { Float($0) / 127.5 - 1 })
  }
}
