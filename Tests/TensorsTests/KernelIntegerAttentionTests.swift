import CKernels
import Testing

extension KernelTests {
  /// Attention in 16-bit integers, against double precision and against itself.
  @Suite struct IntegerAttentions {
    /// Rounding probabilities to 12 bits and values to 13 costs about a thousandth.
    private let tolerance = 2.5e-3

    private func attention(
      _ numbers: inout TestNumbers, batch: Int = 1, heads: Int = 1, width: Int = 40, queries: Int, keys: Int,
      causal: Bool = false, sharedKeys: Bool = false, sharpness: Float = 1
    ) -> Attention {
      Attention(
        &numbers, batch: batch, heads: heads, width: width, queries: queries, keys: keys, causal: causal,
        sharedKeys: sharedKeys, sharpness: sharpness, arithmetic: LW_ARITHMETIC_INT16)
    }

    @Test("attention is right for 1 to 200 keys, with the same bits on every instruction set")
    func keys() {
      var numbers = TestNumbers(seed: 91)
      var all = Comparison()
      for keys in Array(1...20) + [76, 77, 95, 96, 97, 98, 191, 192, 193, 200] {
        let attention = attention(
          &numbers, width: numbers.integer(32...48), queries: numbers.integer(1...140), keys: keys)
        all.add(sameBitsEverywhere("\(keys) keys", attention.run), attention.expected())
      }
      #expect(all.error < tolerance)
      #expect(all.error > 1e-5)
    }

    @Test("any width of a head from 32 on works", arguments: [32, 33, 40, 63, 64, 80, 160, 321, 512])
    func widths(width: Int) {
      var numbers = TestNumbers(seed: 92)
      attention(&numbers, batch: 2, heads: 2, width: width, queries: 37, keys: 50).check(
        "width \(width)", tolerance: tolerance)
    }

    @Test("narrow heads are computed in float32")
    func narrow() {
      var numbers = TestNumbers(seed: 93)
      attention(&numbers, heads: 2, width: 31, queries: 37, keys: 50).check("width 31")
    }

    @Test("causal attention sees no later key, and images may share keys and values")
    func causal() {
      var numbers = TestNumbers(seed: 94)
      for tokens in [1, 2, 17, 63, 64, 65, 97, 200] {
        attention(&numbers, heads: 2, queries: tokens, keys: tokens, causal: true).check(
          "\(tokens) tokens", tolerance: tolerance)
      }
      attention(&numbers, batch: 3, heads: 2, queries: 21, keys: 77, sharedKeys: true).check(
        "shared", tolerance: tolerance)
    }

    @Test(
      "scores that are sharp, or so flat that all keys count, stay right", arguments: [Float(0.001), 3, 30])
    func sharpness(sharpness: Float) {
      var numbers = TestNumbers(seed: 95)
      // The sharper the scores, the more a score's own rounding counts.
      attention(&numbers, queries: 20, keys: 1000, sharpness: sharpness).check(
        "sharpness \(sharpness)", tolerance: tolerance * Double(max(1, sharpness)))
    }

    @Test("where all keys have one value, the result is that value")
    func equalValues() {
      var numbers = TestNumbers(seed: 96)
      let attention = attention(&numbers, queries: 70, keys: 300, sharpness: 5)
      attention.v.address.update(repeating: 0.75, count: attention.v.count)
      #expect(attention.run().allSatisfy { abs($0 - 0.75) < 1e-6 })
    }

    @Test(
      "an image's result depends on neither threads nor the images beside it, packed in one round or several")
    func batch() {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      var numbers = TestNumbers(seed: 97)
      let many = attention(&numbers, batch: 20, heads: 2, queries: 150, keys: 1500)
      lw_set_thread_count(1)
      let expected = many.run()
      for threads in [2, 3, 5] {
        lw_set_thread_count(threads)
        expectSameBits(many.run(), expected, "\(threads) threads")
      }
      var last = many
      last.arguments.batch = 1
      last.arguments.q += 19 * last.arguments.q_image
      last.arguments.k += 19 * last.arguments.k_image
      last.arguments.v += 19 * last.arguments.v_image
      expectSameBits(last.run(), Array(expected.suffix(150 * 80)), "the last image")
    }
  }
}
