import CKernels
import CKernelsReference
import Testing

extension KernelTests {
  @Suite struct Pointwise {
    @Test("activations follow their definitions", arguments: [LW_SILU, LW_GELU, LW_QUICK_GELU])
    func activations(activation: lw_activation) {
      let x = GuardedArray((-20_000...20_003).map { Float($0) / 1000 } + [-1e4, -200, -90, 90, 200, 1e4])
      let found = sameBitsEverywhere("activation \(activation.rawValue)") {
        let y = GuardedArray([Float](repeating: .nan, count: x.count))
        lw_activate(y.address, x.address, x.count, activation)
        return y.values
      }
      for (found, x) in zip(found, x.values) {
        let expected = lw_reference_activation(Double(x), activation)
        #expect(abs(Double(found) - expected) <= 1e-6 + 3e-7 * abs(expected), "at \(x)")
      }
    }

    @Test("a mixture is one product and one fused sum, in place too")
    func mixtures() {
      var numbers = TestNumbers(seed: 41)
      for count in Array(0...40) + [100_003] {
        let x1 = GuardedArray(numbers.array(count))
        let x2 = GuardedArray(numbers.array(count))
        let expected = zip(x1.values, x2.values).map { (Float(-1.7) * $1).addingProduct(0.3, $0) }
        let found = sameBitsEverywhere("\(count)") {
          let y = GuardedArray(x2.values)
          lw_mix(y.address, 0.3, x1.address, -1.7, y.address, count)
          return y.values
        }
        expectSameBits(found, expected, "\(count) values")
      }
    }

    @Test("all 65536 halves become the right floats, and back")
    func halves() {
      let halves = (0...UInt16.max).map { $0 }
      let expected = halves.map { Float(Float16(bitPattern: $0)) }
      let source = GuardedArray(halves)
      let found = sameBitsEverywhere("halves") {
        let y = GuardedArray([Float](repeating: 0, count: 65536))
        lw_to_float32(y.address, source.address, LW_FLOAT16, 65536)
        return y.values
      }
      expectSameBits(found.filter { !$0.isNaN }, expected.filter { !$0.isNaN }, "halves")
      #expect(zip(found, expected).allSatisfy { $0.isNaN == $1.isNaN })
      var back = [UInt16](repeating: 0, count: 65536)
      lw_to_float16(&back, expected, 65536)
      #expect(zip(back, halves).allSatisfy { $0 == $1 || Float16(bitPattern: $1).isNaN })
    }

    @Test("floats become the nearest half, and the even one of two as near")
    func roundingToHalf() {
      var numbers = TestNumbers(seed: 42)
      var floats = (0..<200_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: numbers.bits())) }
      floats += (0..<0x7c00).map { half in  // exactly between two halves
        (Float(Float16(bitPattern: half)) + Float(Float16(bitPattern: half + 1))) / 2
      }
      var halves = [UInt16](repeating: 0, count: floats.count)
      lw_to_float16(&halves, floats, floats.count)
      for (half, float) in zip(halves, floats) where !float.isNaN {
        #expect(half == Float16(float).bitPattern, "\(float)")
      }
    }

    @Test("conversions read no further than the last value, whatever the count")
    func shortConversions() {
      var numbers = TestNumbers(seed: 43)
      for count in 1...40 {
        let floats = numbers.array(count)
        let halves = GuardedArray(floats.map(Float16.init))
        let brains = GuardedArray(floats.map { UInt16($0.bitPattern >> 16) })
        for isa in instructionSets {
          lw_isa_select(isa)
          let y = GuardedArray([Float](repeating: 0, count: count))
          lw_to_float32(y.address, halves.address, LW_FLOAT16, count)
          expectSameBits(y.values, halves.values.map(Float.init), "\(count) halves")
          lw_to_float32(y.address, brains.address, LW_BFLOAT16, count)
          expectSameBits(
            y.values, brains.values.map { Float(bitPattern: UInt32($0) << 16) }, "\(count) bfloats")
        }
      }
      lw_isa_select(lw_isa_best())
    }
  }
}
