import Testing
import Walks

@Suite struct WalkTests {
  @Test("an interpolation between two key frames has the weights 1 - u and u with u = i / (n - 1)")
  func interpolation() {
    let walk = InterpolationWalk(noises: [0, 0])
    #expect(walk.legCount == 1 && walk.noiseCount == 1 && !walk.isClosed)
    for frame in 0..<150 {
      let point = walk.point(of: frame, in: 150)
      let u = Double(frame) / 149
      #expect(point.conditioning == .sum(LinearCombination(weights: [1 - u, u])))
      #expect(point.noise == .sum(LinearCombination(weights: [1])))
    }
  }

  @Test("an interpolation is at its key frames exactly, wherever a frame falls on one")
  func exactKeyFrames() {
    let walk = InterpolationWalk(noises: [0, 0, 0, 0])
    #expect(walk.point(of: 0, in: 31).conditioning.weights == [1, 0, 0, 0])
    #expect(walk.point(of: 10, in: 31).conditioning.weights == [0, 1, 0, 0])
    #expect(walk.point(of: 20, in: 31).conditioning.weights == [0, 0, 1, 0])
    #expect(walk.point(of: 30, in: 31).conditioning.weights == [0, 0, 0, 1])
    #expect(walk.point(of: 25, in: 31).conditioning.weights == [0, 0, 0.5, 0.5])
  }

  @Test(
    "an interpolation's weights are never negative and add up to one", arguments: [1, 2, 3, 7], [1, 2, 5, 60])
  func weightsAddUp(keyFrames: Int, frameCount: Int) {
    let walk = InterpolationWalk(noises: Array(repeating: 0, count: keyFrames))
    for frame in 0..<frameCount {
      let weights = walk.point(of: frame, in: frameCount).conditioning.weights
      #expect(weights.count == keyFrames)
      #expect(weights.allSatisfy { $0 >= 0 })
      #expect(abs(weights.reduce(0, +) - 1) < 1e-15)
    }
  }

  @Test("an interpolation of a single frame is the first key frame")
  func singleFrame() {
    let point = InterpolationWalk(noises: [0, 1, 2]).point(of: 0, in: 1)
    #expect(point.conditioning.weights == [1, 0, 0])
    #expect(point.noise.weights == [1, 0, 0])
  }

  @Test("between key frames with different noises, the noise is on the great circle from one to the other")
  func noises() {
    let walk = InterpolationWalk(noises: [0, 1, 2])
    #expect(walk.noiseCount == 3)
    let terms = (0..<3).map { index in LinearCombination(weights: (0..<3).map { $0 == index ? 1 : 0 }) }
    for frame in 0..<60 {
      let noise = walk.point(of: frame, in: 60).noise
      let (leg, rest) = (frame * 2).quotientAndRemainder(dividingBy: 59)
      guard rest > 0 else {
        #expect(noise == .sum(terms[leg]))
        continue
      }
      #expect(noise == .arc(from: terms[leg], to: terms[leg + 1], fraction: Double(rest) / 59))
    }
    #expect(walk.point(at: Position(1.5)).noise.weights == [0, 0.5, 0.5])
  }

  @Test("a noise that two key frames share stays as it is between them")
  func sharedNoise() {
    let walk = InterpolationWalk(noises: [0, 0, 1])
    #expect(walk.noiseCount == 2)
    for fraction in [0, 0.25, 0.999] {
      #expect(walk.point(at: Position(leg: 0, fraction: fraction)).noise.weights == [1, 0])
    }
    #expect(walk.point(at: Position(leg: 1, fraction: 0)).noise.weights == [1, 0])
    let (first, second) = (LinearCombination(weights: [1, 0]), LinearCombination(weights: [0, 1]))
    #expect(
      walk.point(at: Position(leg: 1, fraction: 0.25)).noise == .arc(from: first, to: second, fraction: 0.25))
    #expect(walk.point(at: Position(leg: 2, fraction: 0)).noise.weights == [0, 1])
  }

  @Test("an offset walk adds k steps to every component at frame k")
  func steps() {
    let walk = EmbeddingOffsetWalk(steps: 149, stepSize: 0.002)
    #expect(walk.legCount == 149 && walk.noiseCount == 1 && !walk.isClosed)
    for frame in 0..<150 {
      let point = walk.point(of: frame, in: 150)
      #expect(point.conditioning == .sum(LinearCombination(weights: [1], offset: Double(frame) * 0.002)))
      #expect(point.noise == .sum(LinearCombination(weights: [1])))
    }
  }

  @Test("a circle's frames lie at even angles from the first noise, and keep its variance")
  func circle() {
    let walk = CircularWalk()
    #expect(walk.noiseCount == 2 && walk.isClosed)
    for frame in 0..<450 {
      let a = walk.point(of: frame, in: 450).noise.weights
      let b = walk.point(of: (frame + 1) % 450, in: 450).noise.weights
      #expect(walk.point(of: frame, in: 450).conditioning == .sum(LinearCombination(weights: [1])))
      #expect(abs(a[0] * a[0] + a[1] * a[1] - 1) < 1e-15)
      // The cosine and the sine of the angle between neighbours: 2 pi / 450 = 0.013962634.
      let (cosine, sine) = (a[0] * b[0] + a[1] * b[1], a[0] * b[1] - a[1] * b[0])
      #expect(abs(cosine - 0.9999025240093) < 1e-12)
      #expect(abs(sine - 0.0139621803391) < 1e-12)
    }
  }

  @Test("a circle is exact at its quarter turns", arguments: [1, 2, 4, 12, 60, 1000])
  func quarterTurns(frameCount: Int) {
    let exact: [[Double]] = [[1, 0], [0, 1], [-1, 0], [0, -1]]
    for frame in 0..<frameCount where 4 * frame % frameCount == 0 {
      let weights = CircularWalk().point(of: frame, in: frameCount).noise.weights
      #expect(weights == exact[4 * frame / frameCount])
    }
  }

  @Test("a circular walk ends where it began", arguments: [0, 0.25, 0.999])
  func closed(fraction: Double) {
    let walk = CircularWalk()
    #expect(
      walk.point(at: Position(leg: 4, fraction: fraction))
        == walk.point(at: Position(leg: 0, fraction: fraction)))
    #expect(walk.point(at: Position(10.5)) == walk.point(at: Position(2.5)))
  }
}

extension Path {
  /// The point of a frame at an even pace.
  func point(of frame: Int, in frameCount: Int) -> Point {
    point(at: Timing(frameCount: frameCount).position(of: frame, on: self))
  }
}
