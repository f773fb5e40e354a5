import Foundation
import Testing
import Walks

@Suite struct TimingTests {
  @Test("at an even pace an open path's last frame is its end", arguments: [2, 3, 7, 60, 1000])
  func open(frameCount: Int) {
    let (path, timing) = (InterpolationWalk(noises: [0, 0, 0]), Timing(frameCount: frameCount))
    #expect(timing.position(of: 0, on: path) == Position(leg: 0, fraction: 0))
    #expect(timing.position(of: frameCount - 1, on: path) == Position(leg: 2, fraction: 0))
    for frame in 0..<frameCount {
      let position = timing.position(of: frame, on: path)
      let legs = Double(position.leg) + position.fraction
      #expect(abs(legs - 2 * Double(frame) / Double(frameCount - 1)) < 1e-14)
      #expect(0..<1 ~= position.fraction)
    }
  }

  @Test(
    "at an even pace a closed path's last frame is one gap before its beginning", arguments: [1, 3, 60, 449])
  func closed(frameCount: Int) {
    let timing = Timing(frameCount: frameCount)
    for frame in 0..<frameCount {
      let position = timing.position(of: frame, on: CircularWalk())
      let legs = Double(position.leg) + position.fraction
      #expect(abs(legs - 4 * Double(frame) / Double(frameCount)) < 1e-14)
    }
  }

  @Test("a single frame stands at the beginning")
  func single() {
    let timing = Timing(frameCount: 1)
    #expect(timing.position(of: 0, on: InterpolationWalk(noises: [0, 0])) == Position(leg: 0, fraction: 0))
    #expect(timing.position(of: 0, on: InterpolationWalk(noises: [0])) == Position(leg: 0, fraction: 0))
    #expect(timing.position(of: 0, on: CircularWalk()) == Position(leg: 0, fraction: 0))
  }

  @Test("a measured pace puts each frame at its own position")
  func measured() {
    let path = InterpolationWalk(noises: [0, 0, 0])
    let timing = Timing(
      frameCount: 5, measured: Timing.Measured(extra: 0.3, positions: [0, 0.75, 1, 1.25, 2]))
    #expect(timing.position(of: 0, on: path) == Position(leg: 0, fraction: 0))
    #expect(timing.position(of: 1, on: path) == Position(leg: 0, fraction: 0.75))
    #expect(timing.position(of: 2, on: path) == Position(leg: 1, fraction: 0))
    #expect(timing.position(of: 3, on: path) == Position(leg: 1, fraction: 0.25))
    #expect(timing.position(of: 4, on: path) == Position(leg: 2, fraction: 0))
    let weights = (0..<5).map { path.point(at: timing.position(of: $0, on: path)).conditioning.weights }
    #expect(weights == [[1, 0, 0], [0.25, 0.75, 0], [0, 1, 0], [0, 0.75, 0.25], [0, 0, 1]])
  }

  @Test("ping-pong plays there and back again, each end once")
  func pingPong() {
    let expected = [
      0: [], 1: [0], 2: [0, 1], 3: [0, 1, 2, 1], 4: [0, 1, 2, 3, 2, 1], 5: [0, 1, 2, 3, 4, 3, 2, 1],
    ]
    for (frameCount, order) in expected {
      #expect(Timing(frameCount: frameCount).playingOrder(pingPong: true) == order)
      #expect(Timing(frameCount: frameCount).playingOrder(pingPong: false) == Array(0..<frameCount))
    }
  }

  @Test("a timing comes back from its JSON as it was, with and without knots and what was measured")
  func json() throws {
    let knots = [
      Timing.Knot(frame: 0.5, position: 1 / 3, easing: .smooth), Timing.Knot(frame: 1, position: 0.5),
      Timing.Knot(frame: 2, position: 1, easing: Easing(controls: [0.1, 0.2, 0.3, 1])),
    ]
    let measured = Timing.Measured(extra: 0.3, positions: [0.1, 1 / 3])
    for timing in [
      Timing(frameCount: 3), Timing(frameCount: 3, knots: knots),
      Timing(frameCount: 2, knots: knots, measured: measured), Timing(frameCount: 2, measured: measured),
    ] {
      #expect(try JSONDecoder().decode(Timing.self, from: JSONEncoder().encode(timing)) == timing)
    }
  }
}
