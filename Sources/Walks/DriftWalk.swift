import Glibc

/// A random walk, the same for the same seed: an Ornstein-Uhlenbeck process on the sphere of noises, or around a key
/// frame's embedding.
///
///     z_{k+1} = cos(d) z_k + sin(d) xi_k                     noises, each of variance one
///     o_{k+1} = cos(d) o_k + sin(d) s xi_k,   e_k = e + o_k   embeddings; o_0 = 0 and its deviation tends to s
///
/// Uhlenbeck and Ornstein, "On the Theory of the Brownian Motion" (1930), in its discrete form. A leg is one such
/// step, on the great circle from z_k to z_{k+1}.
public struct DriftWalk: Path {
  /// What drifts.
  public enum Space: String, Sendable, Hashable, Codable, CaseIterable {
    case noise, embedding
  }

  public let space: Space
  public let legCount: Int
  public let isClosed = false
  /// d, in radians.
  public let angle: Double
  /// s, the deviation of an embedding's components from the key frame's; noises have none.
  public let spread: Double

  public init(_ space: Space = .noise, legs: Int, angle: Double, spread: Double = 0) {
    precondition(legs >= 0, "A drift has no fewer than 0 legs, not \(legs).")
    (self.space, self.angle, self.spread) = (space, angle, spread)
    legCount = legs
  }

  /// z_0 and xi_0, xi_1, ... where noises drift; otherwise the one noise of all frames.
  public var noiseCount: Int { space == .noise ? legCount + 1 : 1 }

  /// How many random directions of embeddings there are: xi_0, xi_1, ... They follow the key frame's in the weights of
  /// the conditioning.
  public var directionCount: Int { space == .embedding ? legCount : 0 }

  public func point(at position: Position) -> Point {
    let (from, to) = (min(position.leg, legCount), min(position.leg + 1, legCount))
    switch space {
    case .noise:
      let (z, next) = (LinearCombination(weights: weights(from)), LinearCombination(weights: weights(to)))
      return Point(conditioning: .single, noise: .between(z, next, position.fraction))
    case .embedding:
      // Straight between two steps, which are short beside the embedding.
      let (o, next) = (offsets(from), offsets(to))
      let weights = zip(o, next).map { (1 - position.fraction) * $0 + position.fraction * $1 }
      return Point(conditioning: .sum(LinearCombination(weights: [1] + weights)), noise: .single)
    }
  }

  /// Of z_0, xi_0, xi_1, ... in z_k.
  private func weights(_ k: Int) -> [Double] {
    (0..<noiseCount).map { j in
      if j == 0 { return pow(cos(angle), Double(k)) }
      return j <= k ? sin(angle) * pow(cos(angle), Double(k - j)) : 0
    }
  }

  /// Of xi_0, xi_1, ... in o_k.
  private func offsets(_ k: Int) -> [Double] {
    (0..<legCount).map { j in
      j < k ? spread * sin(angle) * pow(cos(angle), Double(k - 1 - j)) : 0
    }
  }
}
