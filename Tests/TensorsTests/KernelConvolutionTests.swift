import CKernels
import CKernelsReference
import Testing

/// A convolution of random sources in guarded memory.
struct Convolution {
  var shape: lw_convolution_arguments
  let packed: PackedWeights
  let sources: [GuardedArray<Float>]
  let bias: GuardedArray<Float>, imageBias: GuardedArray<Float>
  /// Where in the image biases this batch begins.
  private var firstImage = 0

  init(
    _ numbers: inout TestNumbers, batch: Int = 1, height: Int, width: Int, channels: [Int], columns: Int,
    kernel: Int = 3,
    stride: Int = 1, padBefore: Int = 1, padAfter: Int = 1, upsampledTo size: (Int, Int) = (0, 0),
    direct: Bool = false,
    element: lw_element = LW_FLOAT32, arithmetic: lw_arithmetic = LW_ARITHMETIC_FLOAT32
  ) {
    sources = channels.map { GuardedArray(numbers.array(batch * height * width * $0)) }
    packed = PackedWeights(
      &numbers, columns: columns, channels: channels.reduce(0, +), taps: kernel * kernel, element: element,
      arithmetic: arithmetic)
    bias = GuardedArray(numbers.array(columns))
    imageBias = GuardedArray(numbers.array(batch * columns))
    let first = lw_source(data: sources[0].address, channels: channels[0])
    let second = channels.count > 1 ? lw_source(data: sources[1].address, channels: channels[1]) : lw_source()
    shape = lw_convolution_arguments(
      y: nil, sources: (first, second), batch: batch, height: height, width: width, kernel: kernel,
      stride: stride,
      pad_before: padBefore, pad_after: padAfter, upsampled_height: size.0, upsampled_width: size.1,
      direct: direct, weights: nil, epilogue: nil)
  }

  var outHeight: Int { withUnsafePointer(to: shape) { lw_convolved_height($0) } }
  var outWidth: Int { withUnsafePointer(to: shape) { lw_convolved_width($0) } }

  /// The arguments with weights and an epilogue of everything, valid inside `body`.
  private func withArguments(
    _ y: UnsafeMutablePointer<Float>?, _ body: (inout lw_convolution_arguments) -> Void
  ) {
    var arguments = shape
    var epilogue = lw_epilogue()
    epilogue.bias = UnsafePointer(bias.address)
    epilogue.image_bias = UnsafePointer(imageBias.address + firstImage * packed.weights.columns)
    epilogue.activation = LW_SILU
    arguments.y = y
    withUnsafePointer(to: packed.weights) { weights in
      withUnsafePointer(to: epilogue) { epilogue in
        (arguments.weights, arguments.epilogue) = (weights, epilogue)
        body(&arguments)
      }
    }
  }

  private var outCount: Int { shape.batch * outHeight * outWidth * packed.weights.columns }

  func run() -> [Float] {
    let y = GuardedArray([Float](repeating: .nan, count: outCount))
    withArguments(y.address) { arguments in
      withGuardedWorkspace(lw_convolution_workspace(&arguments)) { lw_convolution(&arguments, $0) }
    }
    return y.values
  }

  func expected() -> [Double] {
    reference(outCount) { result in
      withArguments(nil) { lw_reference_convolution(result, &$0, packed.values) }
    }
  }

  var workspaceBytes: Int {
    var found = 0
    withArguments(nil) { found = lw_convolution_workspace(&$0) }
    return found
  }

  /// Runs with a workspace that was measured for one thread.
  func runWithWorkspaceOfOneThread() -> [Float] {
    let y = GuardedArray([Float](repeating: .nan, count: outCount))
    let threads = lw_thread_count()
    lw_set_thread_count(1)
    let bytes = workspaceBytes
    lw_set_thread_count(threads)
    withArguments(y.address) { arguments in withGuardedWorkspace(bytes) { lw_convolution(&arguments, $0) } }
    return y.values
  }

  var isWinograd: Bool {
    var found = false
    withArguments(nil) { found = lw_convolution_is_winograd(&$0) }
    return found
  }

  /// Image number `index` of the batch by itself, with the same weights and biases.
  func alone(_ index: Int) -> Convolution {
    var one = self
    one.shape.batch = 1
    let pixels = shape.height * shape.width
    one.shape.sources.0.data += index * pixels * shape.sources.0.channels
    if shape.sources.1.channels > 0 { one.shape.sources.1.data += index * pixels * shape.sources.1.channels }
    one.firstImage = index
    return one
  }

  func check(_ all: inout Comparison, _ description: @autoclosure () -> String) {
    all.add(sameBitsEverywhere(description(), run), expected())
  }
}

extension KernelTests {
  @Suite struct Convolutions {
    @Test(
      "a convolution is right for every kernel, stride, padding and upsampled size, on pictures of odd sizes")
    func geometry() {
      var numbers = TestNumbers(seed: 11)
      var all = Comparison()
      for kernel in [1, 3] {
        for stride in [1, 2] {
          for padding in 0..<4 {
            for cropped in [nil, (0, 0), (1, 0), (0, 1), (1, 1)] {
              for (height, width) in [(1, 1), (3, 3), (4, 7), (9, 5)] {
                let size = cropped.map { (2 * height - $0.0, 2 * width - $0.1) } ?? (0, 0)
                let convolution = Convolution(
                  &numbers, batch: 2, height: height, width: width, channels: [5], columns: 7, kernel: kernel,
                  stride: stride,
                  padBefore: padding & 1, padAfter: padding >> 1, upsampledTo: size)
                guard convolution.outHeight > 0, convolution.outWidth > 0 else { continue }
                convolution.check(
                  &all,
                  "\(height) x \(width), kernel \(kernel), stride \(stride), padding \(padding), \(size)")
              }
            }
          }
        }
      }
      #expect(all.error < 4e-7)
    }

    @Test("any number of channels comes in and goes out", arguments: [1, 3, 4, 16, 17, 33, 64, 325])
    func channels(count: Int) {
      var numbers = TestNumbers(seed: 12)
      var all = Comparison()
      for columns in [1, 3, 4, 16, 17, 33] {
        for element in [LW_FLOAT32, LW_FLOAT16, LW_BFLOAT16] {
          Convolution(&numbers, height: 3, width: 4, channels: [count], columns: columns, element: element)
            .check(&all, "\(count) to \(columns)")
        }
      }
      #expect(all.error < 4e-7)
    }

    @Test(
      "two sources are seen side by side", arguments: [[1, 1], [3, 5], [16, 32], [321, 7], [33, 64]])
    func twoSources(channels: [Int]) {
      var numbers = TestNumbers(seed: 13)
      var all = Comparison()
      for kernel in [1, 3] {
        Convolution(
          &numbers, batch: 2, height: 5, width: 3, channels: channels, columns: 19, kernel: kernel,
          padBefore: kernel / 2, padAfter: kernel / 2
        ).check(&all, "\(channels), kernel \(kernel)")
      }
      #expect(all.error < 4e-7)
    }

    @Test("an image's result does not depend on the images beside it")
    func batch() {
      var numbers = TestNumbers(seed: 14)
      let three = Convolution(&numbers, batch: 3, height: 6, width: 6, channels: [40], columns: 24)
      let alone = three.alone(2).run()
      expectSameBits(alone, Array(three.run()[(2 * 36 * 24)...]), "the third image")
    }

    @Test("the number of threads does not change a bit", arguments: [1, 2, 3, 5])
    func threads(count: Int) {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      var numbers = TestNumbers(seed: 15)
      let convolution = Convolution(
        &numbers, batch: 2, height: 16, width: 15, channels: [48, 64], columns: 80, element: LW_FLOAT16)
      lw_set_thread_count(1)
      let expected = convolution.run()
      lw_set_thread_count(count)
      expectSameBits(convolution.run(), expected, "\(count) threads")
    }
  }
}
