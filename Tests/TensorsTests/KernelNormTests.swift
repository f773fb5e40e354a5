import CKernels
import CKernelsReference
import Testing

/// A group norm of one or two sources in guarded memory.
private struct GroupNorm {
  let batch: Int, pixels: Int, groups: Int, channels: [Int], silu: Bool
  let sources: [GuardedArray<Float>]
  let scale: GuardedArray<Float>, shift: GuardedArray<Float>

  init(
    _ numbers: inout TestNumbers, batch: Int = 2, pixels: Int, groups: Int, channels: [Int], mean: Float = 0,
    silu: Bool = false
  ) {
    (self.batch, self.pixels, self.groups, self.channels, self.silu) = (batch, pixels, groups, channels, silu)
    // Even numbers from -sqrt 3 to sqrt 3 have deviation one.
    sources = channels.map { GuardedArray(numbers.array(batch * pixels * $0, scale: 1.7320508, mean: mean)) }
    scale = GuardedArray(numbers.array(channels.reduce(0, +)))
    shift = GuardedArray(numbers.array(channels.reduce(0, +)))
  }

  private var all: Int { channels.reduce(0, +) }

  private func arguments(_ y: UnsafeMutablePointer<Float>?) -> lw_group_norm_arguments {
    let second = channels.count > 1 ? lw_source(data: sources[1].address, channels: channels[1]) : lw_source()
    return lw_group_norm_arguments(
      y: y, sources: (lw_source(data: sources[0].address, channels: channels[0]), second), batch: batch,
      pixels: pixels, groups: groups, epsilon: 1e-5, scale: scale.address, shift: shift.address, silu: silu)
  }

  func run() -> [Float] {
    let y = GuardedArray([Float](repeating: .nan, count: batch * pixels * all))
    var arguments = arguments(y.address)
    withGuardedWorkspace(lw_group_norm_workspace(&arguments)) { lw_group_norm(&arguments, $0) }
    return y.values
  }

  func expected() -> [Double] {
    var arguments = arguments(nil)
    return reference(batch * pixels * all) { lw_reference_group_norm($0, &arguments) }
  }

  func check(_ description: @autoclosure () -> String) {
    let error = relativeError(sameBitsEverywhere(description(), run), expected())
    #expect(error < 1e-6, "\(description())")
  }
}

extension KernelTests {
  @Suite struct Norms {
    @Test("a group norm is right for odd numbers of pixels and channels", arguments: [false, true])
    func groupNorm(silu: Bool) {
      var numbers = TestNumbers(seed: 31)
      for (pixels, groups, channels) in [
        (1, 1, 2), (7, 3, 9), (255, 4, 32), (256, 2, 34), (257, 5, 25), (700, 32, 64),
      ] {
        GroupNorm(&numbers, pixels: pixels, groups: groups, channels: [channels], silu: silu)
          .check("\(pixels) pixels, \(channels) channels in \(groups) groups")
      }
    }

    @Test("groups may straddle two sources")
    func straddling() {
      var numbers = TestNumbers(seed: 32)
      for channels in [[10, 22], [1, 31], [33, 31], [16, 48]] {
        GroupNorm(&numbers, pixels: 300, groups: 4, channels: channels, silu: true).check("\(channels)")
      }
    }

    @Test("numbers around 1000 with deviation 1 are normalised to the last digits")
    func largeMean() {
      var numbers = TestNumbers(seed: 33)
      GroupNorm(&numbers, pixels: 1000, groups: 4, channels: [24], mean: 1000).check("group norm")
      let layer = LayerNorm(&numbers, rows: 20, channels: 320, mean: 1000)
      #expect(relativeError(sameBitsEverywhere("layer norm", layer.run), layer.expected()) < 1e-6)
    }

    @Test("a layer norm is right for every number of channels")
    func layerNorm() {
      var numbers = TestNumbers(seed: 34)
      for channels in Array(1...70) + [320, 768, 1280] {
        let layer = LayerNorm(&numbers, rows: numbers.integer(1...9), channels: channels)
        let error = relativeError(sameBitsEverywhere("\(channels) channels", layer.run), layer.expected())
        #expect(error < 1e-6, "\(channels) channels")
      }
    }

    @Test("the number of threads does not change a bit", arguments: [1, 2, 3, 5])
    func threads(count: Int) {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      var numbers = TestNumbers(seed: 35)
      let group = GroupNorm(&numbers, pixels: 1500, groups: 8, channels: [64, 32], silu: true)
      let layer = LayerNorm(&numbers, rows: 900, channels: 333)
      lw_set_thread_count(1)
      let expected = (group.run(), layer.run())
      lw_set_thread_count(count)
      expectSameBits(group.run(), expected.0, "group norm, \(count) threads")
      expectSameBits(layer.run(), expected.1, "layer norm, \(count) threads")
    }
  }
}

/// A layer norm in guarded memory.
private struct LayerNorm {
  let rows: Int, channels: Int
  let x: GuardedArray<Float>, scale: GuardedArray<Float>, shift: GuardedArray<Float>

  init(_ numbers: inout TestNumbers, rows: Int, channels: Int, mean: Float = 0) {
    (self.rows, self.channels) = (rows, channels)
    x = GuardedArray(numbers.array(rows * channels, scale: 1.7320508, mean: mean))
    scale = GuardedArray(numbers.array(channels))
    shift = GuardedArray(numbers.array(channels))
  }

  private func arguments(_ y: UnsafeMutablePointer<Float>?) -> lw_layer_norm_arguments {
    lw_layer_norm_arguments(
      y: y, x: x.address, rows: rows, channels: channels, epsilon: 1e-5, scale: scale.address,
      shift: shift.address)
  }

  func run() -> [Float] {
    let y = GuardedArray([Float](repeating: .nan, count: rows * channels))
    var arguments = arguments(y.address)
    lw_layer_norm(&arguments)
    return y.values
  }

  func expected() -> [Double] {
    var arguments = arguments(nil)
    return reference(rows * channels) { lw_reference_layer_norm($0, &arguments) }
  }
}
