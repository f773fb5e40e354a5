import Testing
import Walks

@Suite struct WalkTests {
  @Test("an interpolation between two prompts has the weights 1 - u and u with u = i / (n - 1)")
  func interpolation() {
    let walk = InterpolationWalk(prompts: 2, frameCount: 150)
    #expect(walk.embeddingAnchorCount == 2 && walk.noiseAnchorCount == 1)
    for frame in 0..<150 {
      let point = walk.point(at: frame)
      let u = Double(frame) / 149
      #expect(point.embedding == LinearCombination(weights: [1 - u, u]))
      #expect(point.noise == LinearCombination(weights: [1]))
    }
  }

  @Test("an interpolation is at its prompts exactly, wherever a frame falls on one")
  func exactAnchors() {
    let walk = InterpolationWalk(prompts: 4, frameCount: 31)
    #expect(walk.point(at: 0).embedding.weights == [1, 0, 0, 0])
    #expect(walk.point(at: 10).embedding.weights == [0, 1, 0, 0])
    #expect(walk.point(at: 20).embedding.weights == [0, 0, 1, 0])
    #expect(walk.point(at: 30).embedding.weights == [0, 0, 0, 1])
    #expect(walk.point(at: 25).embedding.weights == [0, 0, 0.5, 0.5])
  }

  @Test(
    "an interpolation's weights are never negative and add up to one", arguments: [1, 2, 3, 7], [1, 2, 5, 60])
  func weightsAddUp(prompts: Int, frameCount: Int) {
    let walk = InterpolationWalk(prompts: prompts, frameCount: frameCount)
    for frame in 0..<frameCount {
      let weights = walk.point(at: frame).embedding.weights
      #expect(weights.count == prompts)
      #expect(weights.allSatisfy { $0 >= 0 })
      #expect(abs(weights.reduce(0, +) - 1) < 1e-15)
    }
  }

  @Test("an interpolation of a single frame is the first prompt")
  func singleFrame() {
    #expect(InterpolationWalk(prompts: 3, frameCount: 1).point(at: 0).embedding.weights == [1, 0, 0])
  }

  @Test("a walk adds k steps to every component at frame k")
  func steps() {
    let walk = EmbeddingOffsetWalk(frameCount: 150, stepSize: 0.002)
    #expect(walk.embeddingAnchorCount == 1 && walk.noiseAnchorCount == 1)
    for frame in 0..<150 {
      #expect(
        walk.point(at: frame).embedding == LinearCombination(weights: [1], offset: Double(frame) * 0.002))
      #expect(walk.point(at: frame).noise == LinearCombination(weights: [1]))
    }
  }

  @Test("a circle's frames lie at even angles from the first noise, and keep its variance")
  func circle() {
    let walk = CircularWalk(frameCount: 450)
    #expect(walk.embeddingAnchorCount == 1 && walk.noiseAnchorCount == 2)
    for frame in 0..<450 {
      let (a, b) = (walk.point(at: frame).noise.weights, walk.point(at: frame + 1).noise.weights)
      #expect(walk.point(at: frame).embedding == LinearCombination(weights: [1]))
      #expect(abs(a[0] * a[0] + a[1] * a[1] - 1) < 1e-15)
      // The cosine and the sine of the angle between neighbours: 2 pi / 450 = 0.013962634.
      #expect(abs(a[0] * b[0] + a[1] * b[1] - 0.9999025240093) < 1e-12)
      #expect(abs(a[0] * b[1] - a[1] * b[0] - 0.0139621803391) < 1e-12)
    }
  }

  @Test("a circle is exact at its quarter turns", arguments: [1, 2, 4, 12, 60, 1000])
  func quarterTurns(frameCount: Int) {
    let exact: [[Double]] = [[1, 0], [0, 1], [-1, 0], [0, -1]]
    let walk = CircularWalk(frameCount: frameCount)
    for frame in 0..<frameCount where 4 * frame % frameCount == 0 {
      #expect(walk.point(at: frame).noise.weights == exact[4 * frame / frameCount])
    }
  }

  @Test("a circular walk ends where it began", arguments: [1, 3, 60, 449])
  func closed(frameCount: Int) {
    let walk = CircularWalk(frameCount: frameCount)
    #expect(walk.point(at: frameCount) == walk.point(at: 0))
    #expect(walk.point(at: 2 * frameCount + 2) == walk.point(at: 2))
  }

  @Test("a still walk is its prompt and its noise, once")
  func still() {
    let walk = StillWalk()
    #expect(walk.frameCount == 1)
    #expect(
      walk.point(at: 0)
        == Point(embedding: LinearCombination(weights: [1]), noise: LinearCombination(weights: [1])))
  }

  @Test("a rubber band plays each end once")
  func there() {
    #expect(rubberBand(frameCount: 0) == [])
    #expect(rubberBand(frameCount: 1) == [0])
    #expect(rubberBand(frameCount: 2) == [0, 1])
    #expect(rubberBand(frameCount: 3) == [0, 1, 2, 1])
    #expect(rubberBand(frameCount: 4) == [0, 1, 2, 3, 2, 1])
    #expect(rubberBand(frameCount: 5) == [0, 1, 2, 3, 4, 3, 2, 1])
  }
}
