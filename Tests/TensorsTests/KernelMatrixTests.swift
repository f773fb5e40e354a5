import CKernels
import CKernelsReference
import Testing

/// A matrix product with everything around it, in guarded memory.
struct Product {
  let rows: Int, packed: PackedWeights, activation: lw_activation
  let depth: Int, columns: Int, xStride: Int, yStride: Int
  let x: GuardedArray<Float>
  let bias: GuardedArray<Float>?, imageBias: GuardedArray<Float>?, residual: GuardedArray<Float>?
  let rowsPerImage: Int

  init(
    _ numbers: inout TestNumbers, rows: Int, depth: Int, columns: Int, element: lw_element = LW_FLOAT32,
    arithmetic: lw_arithmetic = LW_ARITHMETIC_FLOAT32, activation: lw_activation = LW_IDENTITY,
    padding: Int = 0, extras: Bool = false, inputs: [Float]? = nil
  ) {
    let gated = activation == LW_GEGLU
    self.rows = rows
    self.depth = depth
    self.columns = columns
    self.activation = activation
    xStride = depth + padding
    yStride = columns + padding
    rowsPerImage = max(1, rows / 2)
    packed = PackedWeights(
      &numbers, columns: gated ? 2 * columns : columns, channels: depth, element: element,
      arithmetic: arithmetic, gated: gated)
    x = GuardedArray(inputs ?? numbers.array((rows - 1) * xStride + depth))
    bias = extras ? GuardedArray(numbers.array(gated ? 2 * columns : columns)) : nil
    let images = (rows + rowsPerImage - 1) / rowsPerImage
    imageBias = extras && !gated ? GuardedArray(numbers.array(images * columns)) : nil
    residual = extras ? GuardedArray(numbers.array((rows - 1) * yStride + columns)) : nil
  }

  /// The arguments with weights and epilogue, valid inside `body`.
  func withArguments(
    _ y: UnsafeMutablePointer<Float>?, _ body: (inout lw_matrix_product_arguments) -> Void
  ) {
    let epilogue = lw_epilogue(
      bias: bias?.address, image_bias: imageBias?.address, rows_per_image: rowsPerImage,
      residual: residual?.address, residual_stride: yStride, activation: activation)
    withUnsafePointer(to: packed.weights) { weights in
      withUnsafePointer(to: epilogue) { epilogue in
        var arguments = lw_matrix_product_arguments(
          y: y, y_stride: yStride, x: x.address, x_stride: xStride, rows: rows, weights: weights,
          epilogue: epilogue)
        body(&arguments)
      }
    }
  }

  /// Rows without what lies between them; checks that nothing was written there.
  func run() -> [Float] {
    let untouched: Float = 12345
    let y = GuardedArray([Float](repeating: untouched, count: (rows - 1) * yStride + columns))
    withArguments(y.address) { multiply(&$0) }
    let all = y.values
    var result: [Float] = []
    for row in 0..<rows {
      result += all[row * yStride..<row * yStride + columns]
      if row + 1 < rows {
        #expect(all[row * yStride + columns..<(row + 1) * yStride].allSatisfy { $0 == untouched })
      }
    }
    return result
  }

  func expected() -> [Double] {
    reference(rows * columns) { result in
      withArguments(nil) { lw_reference_matrix_product(result, &$0, packed.values) }
    }
  }
}

func multiply(_ arguments: inout lw_matrix_product_arguments) {
  withGuardedWorkspace(lw_matrix_product_workspace(&arguments)) { lw_matrix_product(&arguments, $0) }
}

/// A product without anything around it, rows tightly packed.
private func multiply(
  _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, _ packed: PackedWeights,
  _ epilogue: lw_epilogue = lw_epilogue()
) {
  withUnsafePointer(to: packed.weights) { weights in
    withUnsafePointer(to: epilogue) { epilogue in
      var arguments = lw_matrix_product_arguments(
        y: y, y_stride: packed.weights.columns, x: x, x_stride: packed.weights.channels, rows: rows,
        weights: weights, epilogue: epilogue)
      multiply(&arguments)
    }
  }
}

private let activations = [LW_IDENTITY, LW_SILU, LW_GELU, LW_QUICK_GELU, LW_GEGLU]
private let elements = [LW_FLOAT32, LW_FLOAT16, LW_BFLOAT16]

extension KernelTests {
  @Suite struct MatrixProducts {
    @Test("a matrix product is right and has the same bits with every instruction set, for odd shapes")
    func oddShapes() {
      var numbers = TestNumbers(seed: 1)
      var all = Comparison()
      for rows in 1...13 {
        for columns in 1...40 {
          let depth = numbers.integer(1...650)
          let product = Product(
            &numbers, rows: rows, depth: depth, columns: columns, element: elements[numbers.integer(0...2)],
            activation: activations[numbers.integer(0...4)], padding: numbers.integer(0...5),
            extras: numbers.integer(0...3) > 0)
          let found = sameBitsEverywhere("\(rows) x \(depth) x \(columns)", product.run)
          all.add(found, product.expected())
        }
      }
      #expect(all.error < 6e-7)  // more than a bare product's: GEGLU multiplies two of them
    }

    @Test("sums of many products keep their digits", arguments: [320, 640, 2560, 5120])
    func longSums(depth: Int) {
      var numbers = TestNumbers(seed: 2)
      let product = Product(&numbers, rows: 12, depth: depth, columns: 48)
      #expect(relativeError(sameBitsEverywhere("depth \(depth)", product.run), product.expected()) < 4e-7)
    }

    @Test("many rows and columns, cut into blocks, give what one row alone gives")
    func blocks() {
      var numbers = TestNumbers(seed: 3)
      let product = Product(
        &numbers, rows: 211, depth: 1700, columns: 300, element: LW_FLOAT16, extras: false)
      let all = product.run()
      for row in [0, 1, 95, 96, 210] {
        var alone = [Float](repeating: 0, count: 300)
        multiply(&alone, product.x.address + row * 1700, rows: 1, product.packed)
        expectSameBits(alone, Array(all[row * 300..<(row + 1) * 300]), "row \(row)")
      }
      #expect(relativeError(all, product.expected()) < 4e-7)
    }

    @Test("the number of threads does not change a bit", arguments: [1, 2, 3, 5])
    func threads(count: Int) {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      for (rows, columns) in [(70, 200), (1030, 40), (3, 700)] {
        for activation in [LW_SILU, LW_GEGLU] {
          var numbers = TestNumbers(seed: 4)
          let product = Product(
            &numbers, rows: rows, depth: 400, columns: columns, element: LW_FLOAT16, activation: activation,
            extras: true)
          lw_set_thread_count(1)
          let expected = product.run()
          lw_set_thread_count(count)
          expectSameBits(product.run(), expected, "\(rows) rows, \(columns) columns, \(count) threads")
        }
      }
    }

    @Test("the residual may be the output itself")
    func residualInPlace() {
      var numbers = TestNumbers(seed: 5)
      let packed = PackedWeights(&numbers, columns: 33, channels: 1500)
      let x = numbers.array(20 * 1500)
      let residual = numbers.array(20 * 33)
      var apart = [Float](repeating: 0, count: 20 * 33)
      var inPlace = residual
      residual.withUnsafeBufferPointer {
        var epilogue = lw_epilogue()
        epilogue.residual = $0.baseAddress
        epilogue.residual_stride = 33
        multiply(&apart, x, rows: 20, packed, epilogue)
      }
      inPlace.withUnsafeMutableBufferPointer {
        var epilogue = lw_epilogue()
        epilogue.residual = UnsafePointer($0.baseAddress)
        epilogue.residual_stride = 33
        multiply($0.baseAddress!, x, rows: 20, packed, epilogue)
      }
      expectSameBits(inPlace, apart, "in place")
      withExtendedLifetime(packed) {}
    }
  }
}
