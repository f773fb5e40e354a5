import Testing
import Walks

@Suite struct SmoothnessTests {
  /// The smoothness of pictures that are points of the plane.
  private func smoothness(_ points: [(Double, Double)]) -> Smoothness {
    let distance = { (i: Int, j: Int) in length(points[i], points[j]) }
    return Smoothness(
      neighbours: (0..<max(0, points.count - 1)).map { distance($0, $0 + 1) },
      secondNeighbours: (0..<max(0, points.count - 2)).map { distance($0, $0 + 2) })
  }

  @Test("Gini's coefficient is 0 of equal numbers, 1 - 1/n of a single one, and as computed by hand between")
  func ginis() {
    #expect(gini([3, 3, 3, 3]) < 1e-15)
    #expect(abs(gini([0, 0, 0, 5]) - 0.75) < 1e-15)
    // The differences of all pairs over n times the sum: (4 + 1 + 3 + 3 + 1 + 2) / (4 * 12).
    #expect(abs(gini([5, 1, 4, 2]) - 14.0 / 48) < 1e-15)
    #expect(gini([]) == 0 && gini([0, 0]) == 0 && gini([7]) == 0)
  }

  @Test("a straight even walk is perfectly smooth")
  func straight() {
    let steps = (0..<17).map { Double($0) / 16 }
    let walk = smoothness(steps.map { (0.05 * $0, 0.12 * $0) })
    #expect(abs(walk.evenness - 1) < 1e-12)
    #expect(abs((walk.largestOverMedian ?? 0) - 1) < 1e-12)
    #expect(abs(walk.triangleDeficit) < 1e-12)
    #expect(abs(walk.way - 0.13) < 1e-12 && walk.jumps.isEmpty)
  }

  @Test("a cut is named by the frame before it and its size")
  func cut() {
    let walk = smoothness([(0, 0), (0.01, 0), (0.01, 0.06), (0.01, 0.15), (0.02, 0.15)])
    #expect(walk.jumps.map(\.frame) == [2])
    #expect(abs(walk.jumps[0].size - 0.09) < 1e-12 && walk.largest == walk.jumps[0].size)
    #expect(abs(walk.evenness - (1 - gini([0.01, 0.06, 0.09, 0.01]))) < 1e-12)
    #expect(abs((walk.largestOverMedian ?? 0) - 0.09 / 0.035) < 1e-9)
  }

  @Test("flicker raises the triangle deficit to 1, a right angle to 0.29")
  func triangles() {
    #expect(abs(smoothness((0..<9).map { (Double($0 % 2), 0) }).triangleDeficit - 1) < 1e-12)
    let corner = smoothness([(0, 0), (1, 0), (1, 1)]).triangleDeficit
    #expect(abs(corner - (1 - 0.5.squareRoot())) < 1e-12)
    let (calm, flickering) = (
      smoothness((0..<20).map { (Double($0), 0) }),
      smoothness((0..<20).map { (Double($0), Double($0 % 2)) })
    )
    #expect(flickering.triangleDeficit > calm.triangleDeficit + 0.2)
  }

  @Test("one frame, two frames and still frames are measured without a number that is none")
  func small() {
    let (one, two) = (smoothness([(0, 0)]), smoothness([(0, 0), (0.03, 0)]))
    #expect(one.evenness == 1 && one.largest == 0 && one.largestOverMedian == nil && one.way == 0)
    #expect(two.evenness == 1 && two.largest == 0.03 && two.largestOverMedian == 1)
    let still = smoothness([(0, 0), (0, 0), (0, 0), (0, 0), (1, 0)])
    #expect(still.largestOverMedian == nil && abs(still.evenness - 0.25) < 1e-12)
    #expect(smoothness([(0, 0), (0, 0), (0, 0)]).triangleDeficit == 0)
  }

  @Test("sharpness is relative to the key frames around each frame")
  func sharpness() {
    #expect(RelativeSharpness([2, 1, 4]) == RelativeSharpness([4, 2, 8]))
    let whole = RelativeSharpness([2, 1, 3, 6, 4])
    #expect(whole?.lowest == 1.0 / 3 && whole?.median == 1)
    let sections = RelativeSharpness([2, 1, 2, 4, 2, 8, 4], keyFrames: [2, 4])
    #expect(sections?.lowest == 0.5 && sections?.median == 2)
    #expect(RelativeSharpness([1, 2]) == nil && RelativeSharpness([]) == nil)
    #expect(RelativeSharpness([0, 2, 0]) == nil)
    #expect(RelativeSharpness([1, 2, 1], keyFrames: [-3, 1, 9]) == nil, "Every frame is a key frame.")
  }
}

@Suite struct SequenceShapeTests {
  private func distances(_ points: [Double], apart: Int) -> [Double] {
    (0..<points.count - apart).map { abs(points[$0] - points[$0 + apart]) }
  }

  @Test("a frame that flashes up is found, and neither a cut nor a turn of a walk is taken for one")
  func strayFrames() {
    func strays(_ points: [Double]) -> [Int] {
      SequenceShape.strayFrames(
        neighbours: distances(points, apart: 1), secondNeighbours: distances(points, apart: 2))
    }
    #expect(strays([0, 0.01, 0.02, 0.5, 0.04, 0.05, 0.06]) == [3])
    #expect(strays([0, 0.01, 0.02, 0.5, 0.51, 0.52]) == [])
    #expect(strays([0, 0.03, 0.06, 0.09, 0.06, 0.03, 0]) == [], "It turns at frame 3.")
    #expect(strays([0, 0, 0.01, 0, 0, 0]) == [], "Nobody sees it.")
    #expect(strays([0, 0.3, 0, 0.01, 0.02, 0.4, 0.03, 0.04, 0.05, 0.06]) == [1, 5])
    #expect(
      SequenceShape.strayFrames(neighbours: [0.5], secondNeighbours: []) == [], "Two frames have no middle.")
  }

  @Test(
    "there and back again is seen, also with a little grain; a loop or a still picture is not taken for it")
  func pingPong() {
    func isPingPong(_ points: [Double]) -> Bool {
      SequenceShape.isPingPong(frameCount: points.count) { abs(points[$0] - points[$1]) }
    }
    #expect(isPingPong([0, 1, 2, 1]))
    #expect(isPingPong([0, 0.02, 0.05, 0.06, 0.051, 0.019]))
    #expect(!isPingPong([0, 1, 2, 3]))
    #expect(!isPingPong([0, 1, 2, 1, 0]), "The first frame plays twice in a row.")
    #expect(!isPingPong([1, 1, 1, 1]))
    #expect(!isPingPong([0, 1]) && !isPingPong([0]) && !isPingPong([]))
    let circle = SequenceShape.isPingPong(frameCount: 8) { abs($0 - $1) % 8 == 0 ? 0 : 1 }
    #expect(!circle)
  }
}

@Suite struct PrincipalDirectionsTests {
  @Test("points of a plane get their own distances back")
  func plane() {
    let (xs, ys) = ((0..<30).map { Double($0 * 7 % 30) }, (0..<30).map { Double($0 * $0 % 17) })
    let points = Array(zip(xs, ys))
    let drawn = PrincipalDirections(count: 30) { length(points[$0], points[$1]) }
    for i in 0..<30 {
      for j in 0..<30 {
        let (p, q) = (drawn.places[i], drawn.places[j])
        #expect(abs(length((p.x, p.y), (q.x, q.y)) - length(points[i], points[j])) < 1e-6)
      }
    }
    #expect(abs(drawn.shares[0] + drawn.shares[1] - 1) < 1e-9 && drawn.shares[0] > drawn.shares[1])
    #expect(drawn.places[0].x <= 0)
  }

  @Test("a circle, whose two directions are equal, stays a circle")
  func circle() {
    let angles = (0..<24).map { 2 * Double.pi * Double($0) / 24 }
    let drawn = PrincipalDirections(count: 24) { i, j in
      let chord = 1 - cosine(angles[i] - angles[j])
      return (2 * chord).squareRoot()
    }
    for place in drawn.places { #expect(abs(length((0, 0), (place.x, place.y)) - 1) < 1e-6) }
    #expect(abs(drawn.shares[0] - 0.5) < 1e-6 && abs(drawn.shares[1] - 0.5) < 1e-6)
  }

  @Test("a straight way has one direction, and frames that are all the same have none")
  func degenerate() {
    let line = PrincipalDirections(count: 5) { abs(Double($0 - $1)) }
    for (i, place) in line.places.enumerated() {
      #expect(abs(place.x - Double(i - 2)) < 1e-6 && abs(place.y) < 1e-6)
    }
    #expect(abs(line.shares[0] - 1) < 1e-9)
    let still = PrincipalDirections(count: 3) { _, _ in 0 }
    #expect(still.places.allSatisfy { $0.x == 0 && $0.y == 0 } && still.shares == [0, 0])
    #expect(PrincipalDirections(count: 1) { _, _ in 0 }.places.count == 1)
  }
}
