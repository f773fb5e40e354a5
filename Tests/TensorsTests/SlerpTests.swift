import Glibc
import Tensors
import Testing

/// The expected numbers are NumPy 2.4.6's, in double precision:
///
///     def slerp(a, b, u):
///         p, q = np.linalg.norm(a), np.linalg.norm(b)
///         c = a @ b / (p * q)
///         if abs(c) > 0.9995: return (1 - u) * a + u * b
///         t = np.arccos(c)
///         return ((1 - u) * p + u * q) * (np.sin((1 - u) * t) * a / p + np.sin(u * t) * b / q) / np.sin(t)
///
/// with a = np.sin(i + 1.), b = 2 * np.cos(3. * i), i = np.arange(6), both rounded to float32.
@Suite struct SlerpTests {
  private let a = Tensor(shape: [1, 2, 1, 3], values: (0..<6).map { Float(sin(Double($0) + 1)) })
  private let b = Tensor(shape: [1, 2, 1, 3], values: (0..<6).map { Float(2 * cos(3 * Double($0))) })

  @Test(
    "slerp follows the great circle and interpolates the length, as NumPy finds it",
    arguments: [
      (0.25, [1.4692385, 0.74424744, 0.56919575, -1.3261905, -0.86640167, -0.6620572]),
      (0.5, [1.9955345, 0.15701957, 1.0998653, -1.8060904, -0.35887256, -1.0755497]),
      (0.9, [2.1500757, -1.4963697, 1.8224858, -1.9554114, 1.2087729, -1.502823]),
    ] as [(Double, [Float])])
  func wholeTensors(u: Double, expected: [Float]) {
    let found = Tensor.slerp(a, b, u)
    #expect(found.shape == a.shape)
    expectClose(found, expected)
  }

  @Test("slerp of rows gives each row what it has alone")
  func rows() {
    let found = Tensor.slerpOfRows(a, b, 0.25)
    #expect(found.shape == a.shape)
    expectClose(found, [1.4948195, 0.8017585, 0.56205463, -1.3040206, -0.80205816, -0.66155124])
    let (top, bottom) = (a.reshaped([2, 3]), b.reshaped([2, 3]))
    for row in 0..<2 {
      let alone = Tensor.slerp(top.images(row..<row + 1), bottom.images(row..<row + 1), 0.25)
      expectSameBits(Array(found.values[3 * row..<3 * row + 3]), alone.values, "row \(row)")
    }
  }

  @Test("the ends are the tensors themselves, bit for bit")
  func ends() {
    for slerp in [Tensor.slerp, Tensor.slerpOfRows] {
      expectSameBits(slerp(a, b, 0).values, a.values, "0")
      expectSameBits(slerp(a, b, 1).values, b.values, "1")
    }
  }

  @Test("between nearly parallel, opposite or zero tensors the way is straight")
  func straight() {
    let near = a + 0.001 * b
    expectClose(
      Tensor.slerp(a, near, 0.5), [0.84247094, 0.90830743, 0.14208017, -0.7577136, -0.9580804, -0.28017518])
    let straight: [(Tensor, Float)] = [(-3 * a, -0.2), (0 * a, 0.7)]
    for (other, factor) in straight {
      expectClose(Tensor.slerp(a, other, 0.3), (factor * a).values)
      expectClose(Tensor.slerpOfRows(a, other, 0.3), (factor * a).values)
    }
    expectClose(Tensor.slerp(0 * a, 0 * a, 0.3), (0 * a).values)
  }

  @Test("halfway between two normally distributed noises of one length the length is the same")
  func length() {
    var numbers = TestNumbers(seed: 81)
    let (x, y) = (
      Tensor(shape: [1, 16, 16, 4], values: numbers.array(1024)),
      Tensor(shape: [1, 16, 16, 4], values: numbers.array(1024))
    )
    func length(_ x: Tensor) -> Double { x.values.reduce(0) { $0 + Double($1 * $1) }.squareRoot() }
    let scaled = Float(length(x) / length(y)) * y
    #expect(abs(length(Tensor.slerp(x, scaled, 0.5)) / length(x) - 1) < 1e-6)
  }

  private func expectClose(
    _ found: Tensor, _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let largest = zip(found.values, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(
      found.count == expected.count && largest < 1e-6, "\(found.values)", sourceLocation: sourceLocation)
  }
}
