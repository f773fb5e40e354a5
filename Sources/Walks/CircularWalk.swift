import Glibc

/// Once around the circle through two noises, with one conditioning: the end is the beginning, so that the loop closes.
///
///     z(a) = cos(a) * x + sin(a) * y
///
/// The squares of the weights add up to one, so that every point of the circle is noise of variance one. A leg is a
/// quarter turn; the weights at its ends are exactly 0, 1 and -1.
public struct CircularWalk: Path {
  public let legCount = 4
  public let isClosed = true
  public let noiseCount = 2

  public init() {}

  public func point(at position: Position) -> Point {
    let angle = position.fraction * Double.pi / 2
    let weights =
      switch position.leg % 4 {
      case 0: [cos(angle), sin(angle)]
      case 1: [-sin(angle), cos(angle)]
      case 2: [-cos(angle), -sin(angle)]
      default: [sin(angle), -cos(angle)]
      }
    return Point(conditioning: .single, noise: .sum(LinearCombination(weights: weights)))
  }
}

/// A closed path around one noise: how far it leads away from it is its radius.
///
///     z(phi) = sqrt(1 - r^2) z_0 + r sum_k a_k (cos(k phi) x_k + sin(k phi) y_k),   a_k ~ 1 / k,   sum a_k^2 = 1
///
/// A Fourier series with random coefficients x_k, y_k; every point is noise of variance one. With one harmonic it is a
/// small circle; more make it wander. Its noises are z_0, x_1, y_1, x_2, y_2 and so on.
public struct FourierLoop: Path {
  public let legCount = 1
  public let isClosed = true
  /// 0 ... 1: 0 stays at z_0, 1 leaves nothing of it.
  public let radius: Double
  public let harmonics: Int

  public init(radius: Double, harmonics: Int = 1) {
    precondition(0...1 ~= radius && harmonics > 0, "A loop has a radius of 0 to 1, and harmonics.")
    (self.radius, self.harmonics) = (radius, harmonics)
  }

  public var noiseCount: Int { 1 + 2 * harmonics }

  public func point(at position: Position) -> Point {
    let norm = (1...harmonics).reduce(0) { $0 + 1 / Double($1 * $1) }.squareRoot()
    var weights = [(1 - radius * radius).squareRoot()]
    for k in 1...harmonics {
      // In whole turns first, so that the end has the numbers of the beginning.
      let turns = (Double(k) * position.fraction).truncatingRemainder(dividingBy: 1)
      let amplitude = radius / (Double(k) * norm)
      weights += [amplitude * cos(2 * .pi * turns), amplitude * sin(2 * .pi * turns)]
    }
    return Point(conditioning: .single, noise: .sum(LinearCombination(weights: weights)))
  }
}
