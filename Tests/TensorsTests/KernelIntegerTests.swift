import CKernels
import CKernelsReference
import Testing

extension KernelTests {
  /// Products of 16-bit integers: the same bits everywhere, and as near to the exact result as rounding allows.
  @Suite struct Integers {
    /// Products that are added in one integer sum.
    private static let part = 1280

    /// The product of what rounding leaves of rows and columns, in double precision.
    private func quantised(_ product: Product) -> [Double] {
      func quantise(_ values: ArraySlice<Double>) -> [Double] {
        var values = Array(values)
        lw_reference_quantise(&values, values.count, Self.part)
        return values
      }
      let depth = product.depth
      let x = product.x.values
      var rounded = x
      for row in 0..<product.rows {
        let range = row * product.xStride..<row * product.xStride + depth
        rounded.replaceSubrange(range, with: quantise(x[range].map(Double.init)[...]).map(Float.init))
      }
      var weights = product.packed.values
      for start in stride(from: 0, to: weights.count, by: depth) {
        weights.replaceSubrange(start..<start + depth, with: quantise(weights[start..<start + depth]))
      }
      return reference(product.rows * product.columns) { result in
        rounded.withUnsafeBufferPointer { rounded in
          product.withArguments(nil) {
            $0.x = rounded.baseAddress
            lw_reference_matrix_product(result, &$0, weights)
          }
        }
      }
    }

    @Test("a product is what rounding leaves, with the same bits on every instruction set, for odd shapes")
    func oddShapes() {
      var numbers = TestNumbers(seed: 71)
      var (rounded, exact) = (Comparison(), Comparison())
      let activations = [LW_IDENTITY, LW_SILU, LW_GELU, LW_QUICK_GELU, LW_GEGLU]
      let elements = [LW_FLOAT32, LW_FLOAT16, LW_BFLOAT16]
      for rows in 1...13 {
        for columns in [1, 3, 15, 16, 17, 31, 40, 63, 64, 65, 100] {
          let depth = numbers.integer(1...(columns % 2 == 0 ? 3000 : 650))
          let product = Product(
            &numbers, rows: rows, depth: depth, columns: columns, element: elements[numbers.integer(0...2)],
            arithmetic: LW_ARITHMETIC_INT16, activation: activations[numbers.integer(0...4)],
            padding: numbers.integer(0...5), extras: numbers.integer(0...3) > 0)
          let found = sameBitsEverywhere("\(rows) x \(depth) x \(columns)", product.run)
          rounded.add(found, quantised(product))
          exact.add(found, product.expected())
        }
      }
      // Values that float32 cannot tell from half-way between two integers, one in a hundred, may be rounded otherwise.
      #expect(rounded.error < 2e-5)
      #expect(exact.error < 5e-4)
      #expect(exact.error > 10 * rounded.error)
    }

    @Test("the error is that of 13 to 14 bits", arguments: [320, 640, 1280, 5120])
    func accuracy(depth: Int) {
      var numbers = TestNumbers(seed: 72)
      let product = Product(
        &numbers, rows: 12, depth: depth, columns: 64, element: LW_FLOAT16, arithmetic: LW_ARITHMETIC_INT16)
      #expect(
        relativeError(product.run(), product.expected()) < 2.5e-4 * max(1, Double(depth) / 640).squareRoot())
    }

    @Test("equal inputs and weights, whose sums are as large as any can be, do not overflow")
    func largestSums() {
      for depth in [1, 2, 1279, 1280, 1281, 4000] {
        var numbers = TestNumbers(seed: 73)
        // Columns proportional to the row: the inequality of Cauchy and Schwarz holds with equality.
        let row = (0..<depth).map { _ in numbers.next() }
        let weights = lw_weights(
          panels: nil, element: LW_FLOAT32, arithmetic: LW_ARITHMETIC_INT16, columns: 2, taps: 1,
          channels: depth,
          gated: false)
        let found = sameBitsEverywhere("depth \(depth)") {
          product(row, row + row.map { -3 * $0 }, weights)
        }
        let square = row.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(relativeError(found, [square, -3 * square]) < 1e-4, "depth \(depth)")
      }
    }

    /// One row by weights [columns][channels].
    private func product(_ x: [Float], _ source: [Float], _ description: lw_weights) -> [Float] {
      var weights = description
      let panels = GuardedArray([UInt8](repeating: 0xff, count: lw_panels_bytes(&weights)), alignment: 64)
      lw_pack_panels(&weights, panels.address, source)
      weights.panels = UnsafeRawPointer(panels.address)
      var y = [Float](repeating: .nan, count: weights.columns)
      withUnsafePointer(to: weights) { weights in
        x.withUnsafeBufferPointer { x in
          y.withUnsafeMutableBufferPointer { y in
            var arguments = lw_matrix_product_arguments(
              y: y.baseAddress, y_stride: y.count, x: x.baseAddress, x_stride: x.count, rows: 1,
              weights: weights, epilogue: nil)
            withGuardedWorkspace(lw_matrix_product_workspace(&arguments)) {
              lw_matrix_product(&arguments, $0)
            }
          }
        }
      }
      return withExtendedLifetime(panels) { y }
    }

    @Test(
      "rows of zeros, outliers and numbers near the ends of float32 give finite results, and NaN gives NaN")
    func unusualRows() {
      let depth = 330
      var numbers = TestNumbers(seed: 74)
      var rows = (0..<6).map { _ in numbers.array(depth) }
      rows[0] = [Float](repeating: 0, count: depth)
      rows[1][17] = 1e6
      rows[2] = rows[2].map { $0 * 1e30 }
      rows[3] = rows[3].map { $0 * 1e-25 }
      rows[4] = rows[4].map { $0 * 1e-13 }
      rows[5][329] = .nan
      let product = Product(
        &numbers, rows: 6, depth: depth, columns: 70, arithmetic: LW_ARITHMETIC_INT16,
        inputs: rows.flatMap { $0 })
      let found = sameBitsEverywhere("unusual rows") { Array(product.run().prefix(5 * 70)) }
      let expected = product.expected()
      func deviation(ofRow row: Int) -> Double {
        relativeError(Array(found[row * 70..<(row + 1) * 70]), Array(expected[row * 70..<(row + 1) * 70]))
      }
      #expect(found[..<70].allSatisfy { $0 == 0 })
      #expect(deviation(ofRow: 1) < 2e-4, "What is left is the rounding of the outlier's weights.")
      #expect(deviation(ofRow: 2) < 3e-4)
      #expect(found[210..<280].allSatisfy { abs($0) < 1e-17 }, "Below 1e-18 numbers count as zero.")
      #expect(deviation(ofRow: 4) < 3e-4)
      #expect(product.run().suffix(70).allSatisfy { $0.isNaN })
    }

    @Test("many rows and columns, cut into blocks, give what one row alone gives, with any number of threads")
    func blocks() {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      for (rows, depth, columns) in [(211, 1700, 300), (1030, 400, 40), (3, 400, 700)] {
        for activation in [LW_SILU, LW_GEGLU] {
          var numbers = TestNumbers(seed: 75)
          let product = Product(
            &numbers, rows: rows, depth: depth, columns: columns, element: LW_FLOAT16,
            arithmetic: LW_ARITHMETIC_INT16, activation: activation)
          lw_set_thread_count(1)
          let all = product.run()
          for threads in [2, 3, 5] {
            lw_set_thread_count(threads)
            expectSameBits(product.run(), all, "\(rows) x \(depth) x \(columns), \(threads) threads")
          }
          for row in [0, 1, rows - 1] {
            var alone = [Float](repeating: 0, count: columns)
            alone.withUnsafeMutableBufferPointer { y in
              product.withArguments(y.baseAddress) {
                $0.rows = 1
                $0.x += row * product.xStride
                multiply(&$0)
              }
            }
            expectSameBits(alone, Array(all[row * columns..<(row + 1) * columns]), "row \(row)")
          }
        }
      }
    }
  }
}
