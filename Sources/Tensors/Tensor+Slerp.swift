import Glibc

/// Spherical interpolation: along the great circle between two directions, with the length interpolated.
///
///     slerp(a, b, u) = |c| * (sin((1 - u) theta) / sin(theta) * a / |a| + sin(u theta) / sin(theta) * b / |b|)
///     cos(theta) = a b / (|a| |b|),   |c| = (1 - u) |a| + u |b|
///
/// Where |cos(theta)| is above 0.9995, or a or b is zero, it is (1 - u) a + u b. u = 0 gives exactly a, u = 1 exactly b.
///
/// Source: Shoemake, "Animating Rotation with Quaternion Curves" (1985), section 3.3; the limit is the usual one.
extension Tensor {
  /// Between two tensors of one shape, each taken as one vector: two noises, or latents on the way.
  /// - Parameter u: 0 ... 1.
  public static func slerp(_ a: Tensor, _ b: Tensor, _ u: Double) -> Tensor {
    precondition(a.shape == b.shape, "Tensors of \(a.shape) and \(b.shape) cannot be interpolated.")
    if u == 0 || u == 1 { return u == 0 ? a : b }
    let weights = a.withValues { a in b.withValues { slerpWeights(a[...], $0[...], u) } }
    return mix(weights.a, a, weights.b, b)
  }

  /// Between the rows of two tensors [..., c], each row a vector of its own: the tokens of two embeddings.
  /// - Parameter u: 0 ... 1.
  public static func slerpOfRows(_ a: Tensor, _ b: Tensor, _ u: Double) -> Tensor {
    precondition(a.shape == b.shape, "Tensors of \(a.shape) and \(b.shape) cannot be interpolated.")
    if u == 0 || u == 1 { return u == 0 ? a : b }
    let (rows, c) = a.rowsAndChannels
    let weights = a.withValues { a in
      b.withValues { b in
        (0..<rows).map { slerpWeights(a[$0 * c..<($0 + 1) * c], b[$0 * c..<($0 + 1) * c], u) }
      }
    }
    let vectors = [rows, c]
    return mix(weights.map(\.a), a.reshaped(vectors), weights.map(\.b), b.reshaped(vectors)).reshaped(a.shape)
  }
}

/// What two vectors are multiplied by before they are added. Sums are taken in double precision and one order, so that
/// threads and instruction sets change nothing.
private func slerpWeights(
  _ a: Slice<UnsafeBufferPointer<Float>>, _ b: Slice<UnsafeBufferPointer<Float>>, _ u: Double
) -> (a: Float, b: Float) {
  var (aa, bb, ab) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    let (x, y) = (Double(x), Double(y))
    aa += x * x
    bb += y * y
    ab += x * y
  }
  let (lengthA, lengthB) = (aa.squareRoot(), bb.squareRoot())
  let cosine = ab / (lengthA * lengthB)
  // A length of zero makes the cosine NaN, which is not within the limit, either.
  guard abs(cosine) <= 0.9995 else { return (Float(1 - u), Float(u)) }
  let theta = acos(cosine)
  let length = ((1 - u) * lengthA + u * lengthB) / sin(theta)
  return (Float(length * sin((1 - u) * theta) / lengthA), Float(length * sin(u * theta) / lengthB))
}
