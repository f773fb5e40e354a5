/// A walk laid out in the plane, so that it can be drawn: each frame's place along the two directions in which the frames
/// differ most.
///
/// Classical multidimensional scaling (Torgerson 1952): the distances give the inner products of the centred frames,
///
///     B = -1/2 J D^2 J     J = 1 - 1/n
///
/// whose two largest eigenvalues and their vectors are the principal components. They are found by power iteration.
public struct PrincipalDirections: Sendable, Hashable {
  /// Of each frame. The first frame is on the left, and the frame farthest from the first direction above it.
  public let places: [Place]
  /// The shares, 0 to 1, that the two directions have in the frames' variance.
  public let shares: [Double]

  public struct Place: Sendable, Hashable {
    public let x: Double
    public let y: Double
  }

  /// - Parameter distance: Euclidean, of two frames by their numbers; called once for each pair.
  public init(count: Int, distance: (Int, Int) -> Double) {
    precondition(count > 0, "There is a frame to draw.")
    var products = centredProducts(count, distance)
    let variance = (0..<count).reduce(0) { $0 + products[$1][$1] }
    var (axes, shares): ([[Double]], [Double]) = ([], [])
    for step in [0.618, 0.414] {
      let (value, vector) = largestEigenvalue(of: products, startStep: step)
      axes.append(vector.map { $0 * value.squareRoot() })
      shares.append(variance > 0 ? value / variance : 0)
      for i in 0..<count {
        for j in 0..<count { products[i][j] -= value * vector[i] * vector[j] }
      }
    }
    let leftwards: Double = axes[0][0] > 0 ? -1 : 1
    let farthest = axes[1].max { abs($0) < abs($1) } ?? 0
    let upwards: Double = farthest < 0 ? -1 : 1
    places = zip(axes[0], axes[1]).map { Place(x: leftwards * $0, y: upwards * $1) }
    self.shares = shares
  }
}

/// B above, row by row.
private func centredProducts(_ n: Int, _ distance: (Int, Int) -> Double) -> [[Double]] {
  var squares = Array(repeating: [Double](repeating: 0, count: n), count: n)
  for i in 0..<n {
    for j in 0..<i {
      let d = distance(i, j)
      (squares[i][j], squares[j][i]) = (d * d, d * d)
    }
  }
  let means = squares.map { $0.reduce(0, +) / Double(n) }
  let mean = means.reduce(0, +) / Double(n)
  for i in 0..<n {
    for j in 0..<n { squares[i][j] = -(squares[i][j] - means[i] - means[j] + mean) / 2 }
  }
  return squares
}

/// By power iteration; 0 and a vector of zeros when nothing is left.
/// - Parameter startStep: gives the vector to start from, whose numbers have no order. The second direction needs another
///   than the first: of equal eigenvalues the first takes all that its start has of both.
private func largestEigenvalue(
  of matrix: [[Double]], startStep: Double
) -> (value: Double, vector: [Double]) {
  let n = matrix.count
  let scale = (0..<n).map { matrix[$0][$0] }.max() ?? 0
  var vector = (0..<n).map { (startStep * Double($0 + 1)).truncatingRemainder(dividingBy: 1) - 0.5 }
  var value = 0.0
  for _ in 0..<300 {
    let product = matrix.map { dotProduct($0, vector) }
    let length = dotProduct(product, product).squareRoot()
    guard length > 1e-12 * scale, length > 0 else { return (0, [Double](repeating: 0, count: n)) }
    vector = product.map { $0 / length }
    if abs(length - value) < 1e-12 * length { break }
    value = length
  }
  return (value, vector)
}

private func dotProduct(_ one: [Double], _ other: [Double]) -> Double {
  zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
}
