import CKernels

/// Floats in 64-byte aligned memory, filled with the same arbitrary numbers in every run.
final class Numbers {
  let address: UnsafeMutablePointer<Float>
  let count: Int

  init(_ count: Int, scale: Float = 1) {
    self.count = count
    address = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 4096)
      .assumingMemoryBound(to: Float.self)
    var state: UInt32 = 1
    for i in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223  // Numerical Recipes
      address[i] = scale * (Float(state >> 8) / Float(1 << 23) - 1)
    }
  }

  deinit { address.deallocate() }

  subscript(index: Int) -> Double { Double(address[index]) }
}

/// Packed weights; the numbers stay readable at [column][channel][tap].
final class Weights {
  let packed: UnsafeMutablePointer<lw_weights>
  private let values: Numbers
  private let panels: UnsafeMutableRawPointer

  init(
    columns: Int, channels: Int, taps: Int = 1, element: lw_element, arithmetic: lw_arithmetic,
    gated: Bool = false
  ) {
    packed = .allocate(capacity: 1)
    packed.initialize(
      to: lw_weights(
        panels: nil, element: element, arithmetic: arithmetic, columns: columns, taps: taps,
        channels: channels,
        gated: gated))
    values = Numbers(columns * channels * taps)
    panels = .allocate(byteCount: lw_panels_bytes(packed), alignment: 4096)
    if element == LW_FLOAT16 {
      var halves = [UInt16](repeating: 0, count: values.count)
      lw_to_float16(&halves, values.address, values.count)
      lw_to_float32(values.address, halves, element, values.count)
      lw_pack_panels(packed, panels, halves)
    } else {
      lw_pack_panels(packed, panels, values.address)
    }
    packed.pointee.panels = UnsafeRawPointer(panels)
  }

  deinit {
    panels.deallocate()
    packed.deallocate()
  }

  func value(column: Int, channel: Int, tap: Int = 0) -> Double {
    values[(column * packed.pointee.channels + channel) * packed.pointee.taps + tap]
  }
}

/// Largest difference over the largest value, at `places` places spread over a result.
func largestError(_ found: Numbers, places: Int = 20, expected: (Int) -> Double) -> Double {
  var difference = 0.0
  var size = 0.0
  for i in 0..<places {
    let index = (found.count - 1) * i / (places - 1)
    let value = expected(index)
    difference = max(difference, abs(value - found[index]))
    size = max(size, abs(value))
  }
  return difference / size
}
