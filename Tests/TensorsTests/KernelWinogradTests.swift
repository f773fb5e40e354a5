import CKernels
import Tensors
import Testing

extension KernelTests {
  /// 3x3 convolutions that are large enough for Winograd's transforms, against the definition in double precision.
  @Suite struct Winograd {
    /// A hundredth of what rounding weights to half precision costs.
    private let tolerance = 2e-6

    @Test("pictures of any size come out right, at all their borders")
    func sizes() {
      var numbers = TestNumbers(seed: 31)
      var all = Comparison()
      for (height, width) in [(4, 4), (5, 7), (8, 8), (8, 9), (9, 8), (10, 15), (11, 13), (16, 12), (21, 8)] {
        let convolution = Convolution(
          &numbers, batch: 2, height: height, width: width, channels: [32], columns: 32)
        #expect(convolution.isWinograd)
        convolution.check(&all, "\(height) x \(width)")
      }
      #expect(all.error < tolerance)
    }

    @Test(
      "an upsampled picture, cropped or not, is convolved as if it had been written out",
      arguments: [(4, 4), (5, 7), (23, 40)], [(0, 0), (1, 0), (0, 1), (1, 1)])
    func upsampling(size: (height: Int, width: Int), cropped: (Int, Int)) {
      let (height, width) = size
      var numbers = TestNumbers(seed: 32)
      var all = Comparison()
      let convolution = Convolution(
        &numbers, batch: 2, height: height, width: width, channels: [48], columns: 40,
        upsampledTo: (2 * height - cropped.0, 2 * width - cropped.1))
      #expect(convolution.isWinograd)
      convolution.check(&all, "\(height) x \(width), cropped by \(cropped)")
      #expect(all.error < tolerance)
    }

    @Test("any number of columns comes out, from weights of any precision", arguments: [32, 33, 47, 64, 81])
    func columns(count: Int) {
      var numbers = TestNumbers(seed: 33)
      var all = Comparison()
      for element in [LW_FLOAT32, LW_FLOAT16, LW_BFLOAT16] {
        Convolution(&numbers, height: 9, width: 10, channels: [32], columns: count, element: element)
          .check(&all, "to \(count)")
      }
      #expect(all.error < tolerance)
    }

    @Test(
      "channels are added in parts, and two sources are seen side by side",
      arguments: [[160], [176], [336], [16, 32], [160, 16], [48, 352]])
    func channels(counts: [Int]) {
      var numbers = TestNumbers(seed: 34)
      var all = Comparison()
      for size in [8, 35] {
        let convolution = Convolution(&numbers, height: size, width: 8, channels: counts, columns: 32)
        #expect(convolution.isWinograd)
        convolution.check(&all, "\(size) x 8, \(counts) channels")
      }
      #expect(all.error < tolerance)
    }

    @Test("small maps, few channels and other geometries are left to the direct kernel, bit for bit")
    func unsuited() {
      var numbers = TestNumbers(seed: 35)
      let unsuited = [
        Convolution(&numbers, height: 3, width: 8, channels: [32], columns: 32),
        Convolution(&numbers, height: 8, width: 8, channels: [16], columns: 32),
        Convolution(&numbers, height: 8, width: 8, channels: [32], columns: 31),
        Convolution(&numbers, height: 8, width: 8, channels: [24, 16], columns: 32),
        Convolution(&numbers, height: 8, width: 8, channels: [32], columns: 32, padBefore: 0),
        Convolution(&numbers, height: 16, width: 16, channels: [32], columns: 32, stride: 2),
        Convolution(
          &numbers, height: 8, width: 8, channels: [32], columns: 32, kernel: 1, padBefore: 0, padAfter: 0),
      ]
      for convolution in unsuited {
        #expect(convolution.isWinograd == false)
        var direct = convolution
        direct.shape.direct = true
        expectSameBits(convolution.run(), direct.run(), "\(convolution.shape)")
      }
    }

    @Test("the direct kernel, where it is asked for, is nearer to the exact numbers by a digit")
    func direct() {
      var numbers = TestNumbers(seed: 36)
      var convolution = Convolution(&numbers, height: 16, width: 16, channels: [64], columns: 32)
      let exact = convolution.expected()
      let error = relativeError(convolution.run(), exact)
      convolution.shape.direct = true
      #expect(convolution.isWinograd == false)
      #expect(relativeError(convolution.run(), exact) < error / 3)
    }

    @Test(
      "an image's result does not depend on the images beside it, though few and many take different ways")
    func batch() {
      var numbers = TestNumbers(seed: 37)
      // 9 x 16 tiles are many, 16 are few.
      let many = Convolution(&numbers, batch: 9, height: 16, width: 15, channels: [48, 160], columns: 80)
      let together = many.run()
      let count = together.count / 9
      for image in [0, 4, 8] {
        expectSameBits(
          many.alone(image).run(), Array(together[image * count..<(image + 1) * count]), "image \(image)")
      }
    }

    @Test(
      "large pictures and layers are transformed in several rounds: of inputs where tiles are few, of filters where they are many",
      arguments: [8, 16])
    func rounds(batch: Int) {
      var numbers = TestNumbers(seed: 38)
      let many = Convolution(
        &numbers, batch: batch, height: 16, width: 16, channels: [1280], columns: 288, element: LW_FLOAT16)
      let floatsOfAllTaps = 36 * 1280 * 288
      let floatsOfAllInputs = 36 * 1280 * batch * 16
      let threads = lw_thread_count()
      lw_set_thread_count(1)
      #expect(many.workspaceBytes < 4 * min(floatsOfAllTaps, floatsOfAllInputs))
      lw_set_thread_count(threads)
      let together = many.run()
      expectSameBits(
        many.alone(batch - 1).run(), Array(together.suffix(together.count / batch)), "the last image")
    }

    @Test("the memory that is reckoned for a convolution is enough for any size, batch and number of threads")
    func reckonedWorkspace() {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      for threads in [1, 2, 64] {
        lw_set_thread_count(threads)
        for (inputs, outputs) in [
          (32, 32), (64, 48), (320, 320), (480, 320), (640, 320), (960, 640), (2560, 1280), (5120, 1280),
        ] {
          let reckoned = Tensors.PackedWeights.convolutionWorkspaceBytes(
            inputs: inputs, outputs: outputs, threads: threads)
          for (size, batch) in [(4, 1), (8, 1), (8, 50), (16, 1), (16, 16), (64, 1), (64, 8), (128, 1)] {
            for arithmetic in [LW_ARITHMETIC_FLOAT32, LW_ARITHMETIC_INT16, LW_ARITHMETIC_INT16_WINOGRAD] {
              let needed = workspaceBytes(inputs, outputs, size: size, batch: batch, arithmetic)
              #expect(
                needed <= reckoned,
                "\(arithmetic), \(inputs) to \(outputs), \(size), \(batch), \(threads) threads")
            }
          }
        }
      }
    }

    private func workspaceBytes(
      _ inputs: Int, _ outputs: Int, size: Int, batch: Int, _ arithmetic: lw_arithmetic
    ) -> Int {
      var weights = lw_weights()
      (weights.element, weights.columns, weights.taps, weights.channels) = (LW_FLOAT16, outputs, 9, inputs)
      weights.arithmetic = arithmetic
      return withUnsafePointer(to: weights) { weights in
        var arguments = lw_convolution_arguments()
        arguments.sources.0.channels = inputs
        (arguments.batch, arguments.height, arguments.width) = (batch, size, size)
        (arguments.kernel, arguments.stride, arguments.pad_before, arguments.pad_after) = (3, 1, 1, 1)
        arguments.weights = weights
        return lw_convolution_workspace(&arguments)
      }
    }

    @Test("the number of threads does not change a bit", arguments: [1, 2, 3, 5])
    func threads(count: Int) {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      var numbers = TestNumbers(seed: 39)
      for batch in [1, 8] {
        let convolution = Convolution(
          &numbers, batch: batch, height: 16, width: 15, channels: [48, 64], columns: 80, element: LW_FLOAT16)
        lw_set_thread_count(1)
        let expected = convolution.run()
        lw_set_thread_count(count)
        expectSameBits(convolution.run(), expected, "\(count) threads")
      }
    }
  }
}
