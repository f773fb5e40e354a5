extension Tensor {
  /// Every number rounded to the nearest byte, halves to even as NumPy rounds; what lies outside 0 ... 255 is clipped.
  public func roundedBytes() -> [UInt8] {
    withValues { values in
      values.map { UInt8(min(255, max(0, $0.rounded(.toNearestOrEven)))) }
    }
  }
}
