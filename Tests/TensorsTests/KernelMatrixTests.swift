import CKernels
import Testing

/// A matrix product with everything around it, in guarded memory.
private struct Product {
  let rows: Int, packed: PackedWeights, activation: lw_activation
  let depth: Int, columns: Int, xStride: Int, yStride: Int
  let x: GuardedArray<Float>
  let bias: GuardedArray<Float>?, imageBias: GuardedArray<Float>?, residual: GuardedArray<Float>?
  let rowsPerImage: Int

  init(
    _ numbers: inout TestNumbers, rows: Int, depth: Int, columns: Int, element: lw_element = LW_FLOAT32,
    activation: lw_activation = LW_IDENTITY, padding: Int = 0, extras: Bool = false
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
      &numbers, columns: gated ? 2 * columns : columns, channels: depth, element: element, gated: gated)
    x = GuardedArray(numbers.array((rows - 1) * xStride + depth))
    bias = extras ? GuardedArray(numbers.array(gated ? 2 * columns : columns)) : nil
    let images = (rows + rowsPerImage - 1) / rowsPerImage
    imageBias = extras && !gated ? GuardedArray(numbers.array(images * columns)) : nil
    residual = extras ? GuardedArray(numbers.array((rows - 1) * yStride + columns)) : nil
  }

  /// Rows without what lies between them; checks that nothing was written there.
  func run() -> [Float] {
    let untouched: Float = 12345
    let y = GuardedArray([Float](repeating: untouched, count: (rows - 1) * yStride + columns))
    var weights = packed.weights
    var epilogue = lw_epilogue(
      bias: bias?.address, image_bias: imageBias?.address, rows_per_image: rowsPerImage,
      residual: residual?.address,
      residual_stride: yStride, activation: activation)
    lw_matrix_product(y.address, yStride, x.address, xStride, rows, &weights, &epilogue)
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

  func reference() -> [Double] {
    func sum(_ row: Int, _ column: Int) -> Double {
      var sum = Double(bias?.address[column] ?? 0)
      for k in 0..<depth { sum += Double(x.address[row * xStride + k]) * packed.values[column * depth + k] }
      return sum
    }
    var result: [Double] = []
    for row in 0..<rows {
      for column in 0..<columns {
        var value = sum(row, column)
        if let imageBias { value += Double(imageBias.address[row / rowsPerImage * columns + column]) }
        if activation == LW_GEGLU { value *= activated(sum(row, columns + column), LW_GELU) }
        value += Double(residual?.address[row * yStride + column] ?? 0)
        result.append(activated(value, activation))
      }
    }
    return result
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
          all.add(found, product.reference())
        }
      }
      #expect(all.error < 6e-7)  // more than a bare product's: GEGLU multiplies two of them
    }

    @Test("sums of many products keep their digits", arguments: [320, 640, 2560, 5120])
    func longSums(depth: Int) {
      var numbers = TestNumbers(seed: 2)
      let product = Product(&numbers, rows: 12, depth: depth, columns: 48)
      #expect(relativeError(sameBitsEverywhere("depth \(depth)", product.run), product.reference()) < 4e-7)
    }

    @Test("many rows and columns, cut into blocks, give what one row alone gives")
    func blocks() {
      var numbers = TestNumbers(seed: 3)
      let product = Product(
        &numbers, rows: 211, depth: 1700, columns: 300, element: LW_FLOAT16, extras: false)
      let all = product.run()
      var weights = product.packed.weights
      for row in [0, 1, 95, 96, 210] {
        var alone = [Float](repeating: 0, count: 300)
        lw_matrix_product(&alone, 300, product.x.address + row * 1700, 1700, 1, &weights, nil)
        expectSameBits(alone, Array(all[row * 300..<(row + 1) * 300]), "row \(row)")
      }
      #expect(relativeError(all, product.reference()) < 4e-7)
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
      var weights = packed.weights
      let x = numbers.array(20 * 1500)
      let residual = numbers.array(20 * 33)
      var apart = [Float](repeating: 0, count: 20 * 33)
      var inPlace = residual
      residual.withUnsafeBufferPointer {
        var epilogue = lw_epilogue()
        epilogue.residual = $0.baseAddress
        epilogue.residual_stride = 33
        lw_matrix_product(&apart, 33, x, 1500, 20, &weights, &epilogue)
      }
      inPlace.withUnsafeMutableBufferPointer {
        var epilogue = lw_epilogue()
        epilogue.residual = UnsafePointer($0.baseAddress)
        epilogue.residual_stride = 33
        lw_matrix_product($0.baseAddress, 33, x, 1500, 20, &weights, &epilogue)
      }
      expectSameBits(inPlace, apart, "in place")
      withExtendedLifetime(packed) {}
    }

    @Test("nothing that an earlier kernel left in the scratch area gets into a result")
    func dirtyScratch() {
      var numbers = TestNumbers(seed: 6)
      let product = Product(&numbers, rows: 50, depth: 1500, columns: 77)
      let clean = product.run()
      var weights = product.packed.weights
      let poison = [Float](repeating: .nan, count: 50 * 1500)
      var ruined = [Float](repeating: 0, count: 50 * 77)
      lw_matrix_product(&ruined, 77, poison, 1500, 50, &weights, nil)
      #expect(ruined.allSatisfy { $0.isNaN })
      expectSameBits(product.run(), clean, "after not-a-numbers")
    }
  }
}
