import Testing
import Walks

/// Timings with knots: the walk is at a position at a frame.
@Suite struct TimeLineTests {
  private let path = InterpolationWalk(noises: [0, 0, 0])

  private func legs(_ timing: Timing) -> [Double] {
    (0..<timing.frameCount).map { timing.position(of: $0, on: path).legs }
  }

  @Test("between knots the walk is on a straight line")
  func lines() {
    let knots = [
      Timing.Knot(frame: 0, position: 0), Timing.Knot(frame: 2, position: 1),
      Timing.Knot(frame: 6, position: 2, easing: .linear),
    ]
    #expect(legs(Timing(frameCount: 7, knots: knots)) == [0, 0.5, 1, 1.25, 1.5, 1.75, 2])
  }

  @Test("where two knots have one position the walk is held, exactly at its key frame")
  func holds() {
    let knots = [
      Timing.Knot(frame: 0, position: 0), Timing.Knot(frame: 2, position: 0),
      Timing.Knot(frame: 4, position: 1, easing: .smooth), Timing.Knot(frame: 7, position: 1),
      Timing.Knot(frame: 8, position: 2),
    ]
    let timing = Timing(frameCount: 9, knots: knots)
    #expect(legs(timing) == [0, 0, 0, 0.5, 1, 1, 1, 1, 2])
    for (frames, leg) in [(0...2, 0), (4...7, 1), (8...8, 2)] {
      for frame in frames {
        #expect(timing.position(of: frame, on: path) == Position(leg: leg, fraction: 0))
      }
    }
  }

  @Test("an easing paces the way to the next knot, and that way alone", arguments: Easing.named.map(\.easing))
  func easing(easing: Easing) {
    let knots = [
      Timing.Knot(frame: 0, position: 0, easing: easing), Timing.Knot(frame: 10, position: 1),
      Timing.Knot(frame: 20, position: 2),
    ]
    let found = legs(Timing(frameCount: 21, knots: knots))
    for frame in 0...10 { #expect(found[frame] == easing(Double(frame) / 10), "frame \(frame)") }
    for frame in 11...20 { #expect(abs(found[frame] - Double(frame) / 10) < 1e-14, "frame \(frame)") }
  }

  @Test("before the first knot and after the last the walk stands still")
  func beyond() {
    let knots = [Timing.Knot(frame: 2, position: 0.5), Timing.Knot(frame: 4, position: 1.5)]
    #expect(legs(Timing(frameCount: 7, knots: knots)) == [0.5, 0.5, 0.5, 1, 1.5, 1.5, 1.5])
    let one = [Timing.Knot(frame: 3, position: 0.75, easing: .in)]
    #expect(legs(Timing(frameCount: 5, knots: one)) == [0.75, 0.75, 0.75, 0.75, 0.75])
  }

  @Test("a knot between two frames is passed between them")
  func betweenFrames() {
    let knots = [Timing.Knot(frame: 0, position: 0), Timing.Knot(frame: 1.5, position: 1.5)]
    #expect(legs(Timing(frameCount: 3, knots: knots)) == [0, 1, 1.5])
    let early = [Timing.Knot(frame: -1, position: 0), Timing.Knot(frame: 1, position: 1)]
    #expect(legs(Timing(frameCount: 3, knots: early)) == [0.5, 1, 1])
  }

  @Test("where two knots have one frame, the later one holds")
  func oneFrame() {
    let knots = [
      Timing.Knot(frame: 0, position: 0), Timing.Knot(frame: 2, position: 0.5),
      Timing.Knot(frame: 2, position: 1.5), Timing.Knot(frame: 4, position: 2),
    ]
    #expect(legs(Timing(frameCount: 5, knots: knots)) == [0, 0.25, 1.5, 1.75, 2])
  }

  @Test("what was measured takes the place of the knots, and without it they are back")
  func measured() {
    let knots = [Timing.Knot(frame: 0, position: 0), Timing.Knot(frame: 4, position: 2, easing: .smooth)]
    var timing = Timing(
      frameCount: 5, knots: knots, measured: Timing.Measured(extra: 0.3, positions: [0, 0.25, 0.5, 0.75, 2]))
    #expect(legs(timing) == [0, 0.25, 0.5, 0.75, 2])
    timing.measured = nil
    #expect(legs(timing) == legs(Timing(frameCount: 5, knots: knots)))
  }

  @Test("a measured pace has the positions that it was made from, jumps and standstills included")
  func reproduced() {
    var generator = SplitMix(seed: 2)
    for round in 0..<300 {
      let count = Int.random(in: 1...400, using: &generator)
      var (positions, position, step) = ([Double](), 0.0, 0.01)
      for _ in 0..<count {
        positions.append(position)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: step = Double.random(in: 0...0.05, using: &generator)
        case 1: step += Double.random(in: 0...1e-9, using: &generator)
        case 2: position += Double.random(in: 0...3, using: &generator)
        case 3: step = 0
        default: break
        }
        position += step
      }
      expectReproduced(positions, "round \(round)")
    }
  }

  @Test(
    "a measured pace that bends slowly over a long walk keeps its bend", arguments: [1000, 10_000, 100_000])
  func slowBend(count: Int) {
    let positions = (0..<count).map { Easing.smooth(Double($0) / Double(count - 1)) }
    expectReproduced(positions, "\(count) frames")
    let knots = Timing.Measured(extra: 0.3, positions: positions).knots
    #expect(knots.count > 20 && knots.count <= count)
    let straight = Timing.Measured(extra: 0.3, positions: (0..<count).map { Double($0) / Double(count - 1) })
    #expect(straight.knots.count == 2)
  }

  @Test("a frame that a measured pace puts at a key frame is exactly there")
  func exactKeyFrames() {
    for count in 4...200 {
      let positions = (0..<count).map { min(19, Double(19 * $0) / Double(count - 1)) }
      let timing = Timing(frameCount: count, measured: Timing.Measured(extra: 0.3, positions: positions))
      let path = InterpolationWalk(noises: Array(repeating: 0, count: 20))
      for frame in 0..<count where positions[frame] == positions[frame].rounded() {
        #expect(
          timing.position(of: frame, on: path) == Position(leg: Int(positions[frame]), fraction: 0),
          "frame \(frame) of \(count)")
      }
    }
  }

  private func expectReproduced(_ positions: [Double], _ comment: Comment) {
    let timing = Timing(
      frameCount: positions.count, measured: Timing.Measured(extra: 0.3, positions: positions))
    let largest = positions.indices.map {
      abs(timing.position(of: $0, on: path).legs - positions[$0])
    }.max()
    #expect((largest ?? 1) < 1e-9, "\(comment): \(largest ?? 1)")
  }

  @Test("a measured pace of one frame and of two has a knot for each")
  func short() {
    #expect(Timing.Measured(extra: 0.3, positions: [0.5]).knots == [Timing.Knot(frame: 0, position: 0.5)])
    #expect(
      Timing.Measured(extra: 0.3, positions: [0.5, 1]).knots == [
        Timing.Knot(frame: 0, position: 0.5), Timing.Knot(frame: 1, position: 1),
      ])
    #expect(Timing.Measured(extra: 0.3, positions: []).knots.isEmpty)
  }
}
