import Foundation
import Testing
import Walks

/// Random walks of the noise and of the embedding.
@Suite struct DriftTests {
  private static let angles = [0, 0.01, 0.06, 0.5, 1.2, Double.pi / 2]

  @Test("each point of a drift of the noise keeps variance one", arguments: angles)
  func variance(angle: Double) {
    let walk = DriftWalk(legs: 40, angle: angle)
    #expect(walk.legCount == 40 && walk.noiseCount == 41 && walk.directionCount == 0 && !walk.isClosed)
    for leg in 0...40 {
      let point = walk.point(at: Position(leg: leg, fraction: 0))
      #expect(point.noise.weights.count == 41)
      #expect(abs(squares(point.noise.weights) - 1) < 1e-13, "leg \(leg)")
      #expect(point.conditioning == .sum(LinearCombination(weights: [1])))
    }
  }

  @Test("neighbours of a drift are one angle apart, and between them the walk is on the great circle")
  func neighbours() throws {
    let walk = DriftWalk(legs: 20, angle: 0.35)
    for leg in 0..<20 {
      let next = walk.point(at: Position(leg: leg + 1, fraction: 0)).noise.weights
      guard case .arc(let from, let to, 0.4) = walk.point(at: Position(leg: leg, fraction: 0.4)).noise else {
        return #expect(Bool(false), "Between two steps, the noise of leg \(leg) is on an arc.")
      }
      #expect(from.weights == walk.point(at: Position(leg: leg, fraction: 0)).noise.weights)
      #expect(to.weights == next)
      let cosine = zip(from.weights, next).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(acos(cosine) - 0.35) < 1e-12, "leg \(leg)")
    }
    // The end stays at the end.
    #expect(walk.point(at: Position(21.5)) == walk.point(at: Position(20)))
  }

  @Test("a drift forgets its beginning by the cosine of its angle a leg")
  func forgetting() {
    let walk = DriftWalk(legs: 30, angle: 0.2)
    for leg in 0...30 {
      let weight = walk.point(at: Position(leg: leg, fraction: 0)).noise.weights[0]
      #expect(abs(weight - pow(cos(0.2), Double(leg))) < 1e-14)
    }
  }

  @Test("a drift by no angle, or of no legs, stays where it is")
  func still() {
    for position in [0, 0.5, 3] {
      #expect(DriftWalk(legs: 3, angle: 0).point(at: Position(position)).noise.weights == [1, 0, 0, 0])
      #expect(DriftWalk(legs: 0, angle: 1).point(at: Position(position)).noise.weights == [1])
      let embedding = DriftWalk(.embedding, legs: 3, angle: 0, spread: 5).point(at: Position(position))
      #expect(embedding.conditioning == .sum(LinearCombination(weights: [1, 0, 0, 0])))
    }
  }

  @Test("the offsets of a drift of the embedding begin at 0, and their deviation tends to the spread")
  func embedding() {
    let (angle, spread, legs) = (0.3, 0.7, 200)
    let walk = DriftWalk(.embedding, legs: legs, angle: angle, spread: spread)
    #expect(walk.directionCount == legs && walk.noiseCount == 1)
    for leg in 0...legs {
      let point = walk.point(at: Position(leg: leg, fraction: 0))
      #expect(point.noise == .sum(LinearCombination(weights: [1])))
      let weights = point.conditioning.weights
      #expect(weights.count == 1 + legs && weights[0] == 1)
      // sum of s^2 sin^2(d) cos^(2 j)(d) for j < k
      let variance = spread * spread * (1 - pow(cos(angle), Double(2 * leg)))
      #expect(abs(squares(Array(weights.dropFirst())) - variance) < 1e-12, "leg \(leg)")
    }
    let last = walk.point(at: Position(Double(legs))).conditioning.weights.dropFirst()
    #expect(abs(squares(Array(last)).squareRoot() - spread) < 1e-6)
  }

  @Test("between two steps an embedding's offset is on the straight line")
  func line() {
    let walk = DriftWalk(.embedding, legs: 4, angle: 0.5, spread: 2)
    let ends = [2, 3].map { walk.point(at: Position(leg: $0, fraction: 0)).conditioning.weights }
    let between = walk.point(at: Position(leg: 2, fraction: 0.25)).conditioning
    let expected = zip(ends[0], ends[1]).map { 0.75 * $0 + 0.25 * $1 }
    #expect(zip(between.weights, expected).allSatisfy { abs($0 - $1) < 1e-15 })
    guard case .sum = between else { return #expect(Bool(false), "An offset is a sum.") }
  }
}
