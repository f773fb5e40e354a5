import CKernels
import CKernelsReference
import Testing

/// An attention in guarded memory; q, k, v and out have strides of their own.
struct Attention {
  var arguments: lw_attention_arguments
  let q: GuardedArray<Float>, k: GuardedArray<Float>, v: GuardedArray<Float>

  init(
    _ numbers: inout TestNumbers, batch: Int = 1, heads: Int = 1, width: Int, queries: Int, keys: Int,
    causal: Bool = false,
    sharedKeys: Bool = false, sharpness: Float = 1, arithmetic: lw_arithmetic = LW_ARITHMETIC_FLOAT32
  ) {
    let inner = heads * width
    let (qStride, kStride, vStride, outStride) = (inner + 3, inner + 1, inner, inner + 2)
    let keyImages = sharedKeys ? 1 : batch
    q = GuardedArray(numbers.array((batch * queries - 1) * qStride + inner, scale: sharpness))
    k = GuardedArray(numbers.array((keyImages * keys - 1) * kStride + inner))
    v = GuardedArray(numbers.array((keyImages * keys - 1) * vStride + inner))
    arguments = lw_attention_arguments()
    arguments.q = UnsafePointer(q.address)
    arguments.k = UnsafePointer(k.address)
    arguments.v = UnsafePointer(v.address)
    (arguments.batch, arguments.heads, arguments.head_width, arguments.queries, arguments.keys) = (
      batch, heads, width, queries, keys
    )
    (arguments.q_stride, arguments.k_stride, arguments.v_stride, arguments.out_stride) = (
      qStride, kStride, vStride, outStride
    )
    (arguments.q_image, arguments.out_image) = (queries * qStride, queries * outStride)
    (arguments.k_image, arguments.v_image) = sharedKeys ? (0, 0) : (keys * kStride, keys * vStride)
    arguments.scale = 1 / Float(width).squareRoot()
    arguments.causal = causal
    arguments.arithmetic = arithmetic
  }

  private var inner: Int { arguments.heads * arguments.head_width }

  func run() -> [Float] {
    let rows = arguments.batch * arguments.queries
    let out = GuardedArray([Float](repeating: .nan, count: (rows - 1) * arguments.out_stride + inner))
    var arguments = arguments
    arguments.out = out.address
    withGuardedWorkspace(lw_attention_workspace(&arguments)) { lw_attention(&arguments, $0) }
    let values = out.values
    return (0..<rows).flatMap { values[$0 * arguments.out_stride..<$0 * arguments.out_stride + inner] }
  }

  func expected() -> [Double] {
    var arguments = arguments
    return reference(arguments.batch * arguments.queries * inner) { lw_reference_attention($0, &arguments) }
  }

  func check(_ description: @autoclosure () -> String, tolerance: Double = 2e-6) {
    let error = relativeError(sameBitsEverywhere(description(), run), expected())
    #expect(error < tolerance, "\(description())")
  }
}

extension KernelTests {
  @Suite struct Attentions {
    @Test("attention is right for 1 to 200 keys")
    func keys() {
      var numbers = TestNumbers(seed: 21)
      var all = Comparison()
      for keys in 1...200 {
        let attention = Attention(
          &numbers, width: numbers.integer(1...9), queries: numbers.integer(1...35), keys: keys)
        all.add(sameBitsEverywhere("\(keys) keys", attention.run), attention.expected())
      }
      #expect(all.error < 2e-6)
    }

    @Test("causal attention sees no later key")
    func causal() {
      var numbers = TestNumbers(seed: 22)
      for tokens in [1, 2, 15, 16, 17, 33, 77, 96, 97, 130, 200] {
        Attention(&numbers, heads: 2, width: 12, queries: tokens, keys: tokens, causal: true).check(
          "\(tokens) tokens")
      }
    }

    @Test("any width of a head works", arguments: [1, 2, 5, 16, 31, 40, 64, 80, 160, 321, 512])
    func widths(width: Int) {
      var numbers = TestNumbers(seed: 23)
      Attention(&numbers, batch: 2, heads: 2, width: width, queries: 37, keys: 50).check("width \(width)")
    }

    @Test("images may share keys and values")
    func sharedKeys() {
      var numbers = TestNumbers(seed: 24)
      Attention(&numbers, batch: 3, heads: 2, width: 40, queries: 21, keys: 77, sharedKeys: true).check(
        "shared")
    }

    @Test("sharp scores, which move the reference again and again, stay right")
    func sharpScores() {
      var numbers = TestNumbers(seed: 25)
      for sharpness: Float in [0.001, 10, 100] {
        Attention(&numbers, width: 16, queries: 20, keys: 400, sharpness: sharpness).check(
          "sharpness \(sharpness)")
      }
    }

    @Test("the number of threads does not change a bit", arguments: [1, 2, 3, 5])
    func threads(count: Int) {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      var numbers = TestNumbers(seed: 26)
      let attention = Attention(&numbers, batch: 2, heads: 3, width: 40, queries: 150, keys: 150)
      lw_set_thread_count(1)
      let expected = attention.run()
      lw_set_thread_count(count)
      expectSameBits(attention.run(), expected, "\(count) threads")
    }
  }
}
