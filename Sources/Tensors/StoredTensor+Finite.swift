extension StoredTensor {
  /// Whether no value is NaN or infinite. The bytes are read once, as fast as memory gives them.
  ///
  /// Those values, and no others, have an exponent of ones only: adding one to it carries into the sign bit. Eight
  /// bytes are tested together; no carry leaves a value.
  public var isFinite: Bool {
    withExtendedLifetime(self) {
      switch elementType {
      case .float16:
        !bytes.carries(
          exponents: 0x7c00_7c00_7c00_7c00, ones: 0x0400_0400_0400_0400, signs: 0x8000_8000_8000_8000)
      case .bfloat16:
        !bytes.carries(
          exponents: 0x7f80_7f80_7f80_7f80, ones: 0x0080_0080_0080_0080, signs: 0x8000_8000_8000_8000)
      case .float32:
        !bytes.carries(
          exponents: 0x7f80_0000_7f80_0000, ones: 0x0080_0000_0080_0000, signs: 0x8000_0000_8000_0000)
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func carries(exponents: UInt64, ones: UInt64, signs: UInt64) -> Bool {
    guard let address = baseAddress else { return false }
    var found: UInt64 = 0
    for word in 0..<count / 8 {
      found |= (address.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self) & exponents) &+ ones
    }
    var rest: UInt64 = 0
    for byte in self[(count / 8 * 8)...].reversed() { rest = rest << 8 | UInt64(byte) }
    return (found | ((rest & exponents) &+ ones)) & signs != 0
  }
}
