/// The logarithm, sine and cosine of the Cephes library in single precision, as PyTorch's vector code
/// evaluates them: each product that is added is not rounded. With them the noise agrees with PyTorch's to
/// the last bit; with the system's it would be close.
///
/// Sources: Moshier, Cephes, `logf.c` and `sinf.c`; their vector form in PyTorch's
/// `aten/src/ATen/native/cpu/avx_mathfun.h`.
enum Cephes {
  /// The natural logarithm of a normal number above zero.
  ///
  ///     x = 2^e m, m in sqrt(1/2)..<sqrt(2):   log x = e log 2 + log(1 + (m - 1))
  static func log(_ x: Float) -> Float {
    var exponent = Float(x.exponent + 1)
    var m = x.significand / 2
    if m < 0.707106781186547524 {
      exponent -= 1
      m += m
    }
    m -= 1
    let z = m * m
    let p: [Float] = [
      7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ]
    // log 2 in two parts, the first of which has few digits.
    var y = (exponent * -2.12194440e-4).addingProduct(polynomial(p, m) * m, z)
    y.addProduct(z, -0.5)
    return (m + y).addingProduct(exponent, 0.693359375)
  }

  /// The sine and cosine of an angle in radians, zero or more and not many turns.
  static func sineAndCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
    // The nearest even number of eighth turns; what is left is at most an eighth turn either way.
    let eighths = (Int32(angle * 1.27323954473516) + 1) & ~1
    var x = angle
    for part: Float in [0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8] {
      x.addProduct(Float(eighths), -part)
    }
    let z = x * x
    let s: [Float] = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]
    let c: [Float] = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]
    let sine = x.addingProduct(polynomial(s, z) * z, x)
    let cosine = (z * -0.5).addingProduct(polynomial(c, z) * z, z) + 1
    return switch eighths & 6 {
    case 0: (sine, cosine)
    case 2: (cosine, -sine)
    case 4: (-sine, -cosine)
    default: (-cosine, sine)
    }
  }

  /// Horner's scheme, the highest power first.
  private static func polynomial(_ coefficients: [Float], _ x: Float) -> Float {
    coefficients.dropFirst().reduce(coefficients[0]) { $1.addingProduct($0, x) }
  }
}
