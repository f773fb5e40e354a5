import CKernels
import Testing

extension KernelTests {
  /// Convolutions of 16-bit integers, direct and with Winograd's transforms, against double precision.
  @Suite struct IntegerConvolutions {
    @Test("a direct convolution is right for every stride, padding, upsampled size and number of sources")
    func geometry() {
      var numbers = TestNumbers(seed: 81)
      var all = Comparison()
      for (kernel, stride, channels) in [
        (1, 1, [33, 64]), (3, 1, [5]), (3, 2, [40]), (3, 2, [150]), (3, 1, [3, 5]),
      ] {
        for padding in 0..<4 {
          for cropped in [nil, (0, 0), (1, 1)] {
            for (height, width) in [(3, 3), (4, 7), (9, 5)] {
              let size = cropped.map { (2 * height - $0.0, 2 * width - $0.1) } ?? (0, 0)
              let convolution = Convolution(
                &numbers, batch: 2, height: height, width: width, channels: channels, columns: 21,
                kernel: kernel,
                stride: stride, padBefore: padding & 1, padAfter: padding >> 1, upsampledTo: size,
                arithmetic: LW_ARITHMETIC_INT16)
              #expect(!convolution.isWinograd)
              convolution.check(
                &all, "\(height) x \(width), kernel \(kernel), stride \(stride), padding \(padding), \(size)")
            }
          }
        }
      }
      #expect(all.error < 3e-4)
    }

    @Test("weights packed for Winograd convolve pictures below 4 x 4 in float32")
    func tinyPictures() {
      for arithmetic in [LW_ARITHMETIC_FLOAT32, LW_ARITHMETIC_INT16_WINOGRAD] {
        var numbers = TestNumbers(seed: 82)
        var all = Comparison()
        let convolution = Convolution(
          &numbers, height: 3, width: 9, channels: [32], columns: 32, arithmetic: arithmetic)
        #expect(!convolution.isWinograd)
        convolution.check(&all, "3 x 9")
        #expect(all.error < 4e-7)
      }
    }

    @Test("Winograd's planes in integers come out right for pictures of any size, at all their borders")
    func sizes() {
      var numbers = TestNumbers(seed: 83)
      var all = Comparison()
      for (height, width) in [(4, 4), (5, 7), (8, 8), (8, 9), (10, 15), (11, 13), (21, 8)] {
        let convolution = Convolution(
          &numbers, batch: 2, height: height, width: width, channels: [32], columns: 33,
          arithmetic: LW_ARITHMETIC_INT16_WINOGRAD)
        #expect(convolution.isWinograd)
        convolution.check(&all, "\(height) x \(width)")
      }
      #expect(all.error < 6e-4)
    }

    @Test(
      "any number of channels comes in, in all precisions of a checkpoint, and an upsampled picture",
      arguments: [48, 160, 176, 336])
    func channels(count: Int) {
      var numbers = TestNumbers(seed: 84)
      var all = Comparison()
      for (columns, element) in [(32, LW_FLOAT32), (70, LW_FLOAT16), (64, LW_BFLOAT16)] {
        for size in [(0, 0), (11, 12)] {
          Convolution(
            &numbers, height: 6, width: 6, channels: [count - 16, 16], columns: columns, upsampledTo: size,
            element: element, arithmetic: LW_ARITHMETIC_INT16_WINOGRAD
          ).check(&all, "\(count) to \(columns)")
        }
      }
      #expect(all.error < 8e-4)
    }

    @Test("pictures and weights of zeros give zeros")
    func zeros() {
      var numbers = TestNumbers(seed: 85)
      let convolution = Convolution(
        &numbers, height: 8, width: 8, channels: [32], columns: 32, arithmetic: LW_ARITHMETIC_INT16_WINOGRAD)
      convolution.sources[0].address.update(repeating: 0, count: convolution.sources[0].count)
      var all = Comparison()
      convolution.check(&all, "zeros")
      #expect(all.error < 4e-7, "What is left is the epilogue.")
    }

    @Test(
      "an image's result depends on neither batch nor threads, though few tiles and many take different ways")
    func batch() {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      var numbers = TestNumbers(seed: 86)
      let many = Convolution(
        &numbers, batch: 18, height: 16, width: 15, channels: [48, 160], columns: 80,
        arithmetic: LW_ARITHMETIC_INT16_WINOGRAD)
      lw_set_thread_count(1)
      let together = many.run()
      for threads in [1, 2, 3, 5] {
        lw_set_thread_count(threads)
        expectSameBits(many.run(), together, "\(threads) threads")
        let count = together.count / 18
        for image in [0, 4, 17] {
          expectSameBits(
            many.alone(image).run(), Array(together[image * count..<(image + 1) * count]),
            "image \(image), \(threads) threads")
        }
      }
    }

    @Test("large layers are transformed in several rounds", arguments: [8, 16])
    func rounds(batch: Int) {
      var numbers = TestNumbers(seed: 87)
      let many = Convolution(
        &numbers, batch: batch, height: 16, width: 16, channels: [1280], columns: 288, element: LW_FLOAT16,
        arithmetic: LW_ARITHMETIC_INT16_WINOGRAD)
      let together = many.run()
      expectSameBits(
        many.alone(batch - 1).run(), Array(together.suffix(together.count / batch)), "the last image")
    }
  }
}
