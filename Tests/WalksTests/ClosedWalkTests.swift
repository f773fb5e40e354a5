import Testing
import Walks

/// Walks that end where they began, and interpolations on great circles.
@Suite struct ClosedWalkTests {
  @Test("the last leg of a closed interpolation leads back to the first key frame")
  func lastLeg() {
    let walk = InterpolationWalk(noises: [0, 1, 2], isClosed: true)
    #expect(walk.legCount == 3 && walk.isClosed && walk.noiseCount == 3)
    let point = walk.point(at: Position(leg: 2, fraction: 0.25))
    #expect(point.conditioning == .sum(LinearCombination(weights: [0.25, 0, 0.75])))
    #expect(
      point.noise
        == .arc(
          from: LinearCombination(weights: [0, 0, 1]), to: LinearCombination(weights: [1, 0, 0]),
          fraction: 0.25))
    #expect(walk.keyFrames(of: 2) == (2, 0))
  }

  @Test(
    "the frame after the last of a closed interpolation would be the first", arguments: [1, 2, 3, 5],
    [1, 2, 7, 60])
  func frameAfterTheLast(keyFrames: Int, frameCount: Int) {
    let walk = InterpolationWalk(noises: Array(0..<keyFrames), isClosed: true)
    #expect(walk.point(at: Position(leg: keyFrames, fraction: 0)) == walk.point(of: 0, in: frameCount))
    let timing = Timing(frameCount: frameCount)
    let last = timing.position(of: frameCount - 1, on: walk).legs
    #expect(abs(last + Double(keyFrames) / Double(frameCount) - Double(keyFrames)) < 1e-12)
    // A time line may show the end, which is the beginning.
    let knots = [Timing.Knot(frame: 0, position: Double(keyFrames))]
    let end = Timing(frameCount: 1, knots: knots).position(of: 0, on: walk)
    #expect(walk.point(at: end) == walk.point(at: Position(leg: 0, fraction: 0)))
  }

  @Test("on the legs that are arcs, and on those alone, conditionings go on the great circle")
  func arcs() {
    let walk = InterpolationWalk(noises: [0, 0, 0], isClosed: true, arcs: [0, 2])
    func term(_ index: Int) -> LinearCombination {
      LinearCombination(weights: (0..<3).map { $0 == index ? 1 : 0 })
    }
    func conditioning(_ legs: Double) -> Mixture { walk.point(at: Position(legs)).conditioning }
    #expect(conditioning(0.5) == .arc(from: term(0), to: term(1), fraction: 0.5))
    #expect(conditioning(1.5) == .sum(LinearCombination(weights: [0, 0.5, 0.5])))
    #expect(conditioning(2.25) == .arc(from: term(2), to: term(0), fraction: 0.25))
    for leg in 0...3 { #expect(conditioning(Double(leg)) == .sum(term(leg % 3)), "key frame \(leg)") }
    #expect(conditioning(0.5).weights == [0.5, 0.5, 0])
    // The noise is one.
    #expect(walk.point(at: Position(0.5)).noise == .sum(LinearCombination(weights: [1])))
  }

  @Test("a loop closes exactly, and each of its points keeps variance one", arguments: [1, 2, 5, 12])
  func loops(harmonics: Int) {
    for radius in [0, 0.15, 0.3, 0.5, 1] {
      let loop = FourierLoop(radius: radius, harmonics: harmonics)
      #expect(loop.isClosed && loop.legCount == 1 && loop.noiseCount == 1 + 2 * harmonics)
      #expect(loop.point(at: Position(leg: 1, fraction: 0)) == loop.point(at: Position(leg: 0, fraction: 0)))
      for frame in 0..<60 {
        let point = loop.point(of: frame, in: 60)
        #expect(abs(squares(point.noise.weights) - 1) < 1e-14, "radius \(radius), frame \(frame)")
        #expect(point.conditioning == .sum(LinearCombination(weights: [1])))
        let centre = point.noise.weights[0]
        #expect(abs(centre - (1 - radius * radius).squareRoot()) < 1e-15)
      }
    }
  }

  @Test("a loop of radius 0 stays at its noise, and one of radius 1 leaves nothing of it")
  func radii() {
    for frame in 0..<7 {
      #expect(FourierLoop(radius: 0).point(of: frame, in: 7).noise.weights == [1, 0, 0])
      #expect(FourierLoop(radius: 1, harmonics: 3).point(of: frame, in: 7).noise.weights[0] == 0)
    }
  }

  @Test("a loop of one harmonic is a small circle: its frames are evenly far from each other")
  func circle() {
    let (loop, count) = (FourierLoop(radius: 0.3), 24)
    let points = (0..<count).map { loop.point(of: $0, in: count).noise.weights }
    for frame in 0..<count {
      let next = points[(frame + 1) % count]
      let distance = squares(zip(points[frame], next).map(-)).squareRoot()
      // The chord of 2 pi / 24 on a circle of radius 0.3: 2 * 0.3 * sin(pi / 24) = 0.0783157153.
      #expect(abs(distance - 0.0783157153) < 1e-9, "frame \(frame): \(distance)")
    }
  }
}

/// The variance of a mixture of independent noises.
func squares(_ weights: [Double]) -> Double { weights.reduce(0) { $0 + $1 * $1 } }
