import Testing
import Walks

@Suite struct FrameSelectionTests {
  @Test("the frames that are chosen change evenly, in order, with both ends", arguments: [5, 9, 17, 60])
  func even(count: Int) {
    // A way that hardly changes at first and fast at the end, looked at more closely where it is fast.
    let candidates = 2 * count
    let places = (0..<candidates).map { place in
      let x = Double(place) / Double(candidates - 1)
      return x * x * x
    }
    let frames = FrameSelection.frames(count, of: candidates) { places[$1] - places[$0] }
    #expect(frames.count == count && frames.first == 0 && frames.last == candidates - 1)
    #expect(zip(frames, frames.dropFirst()).allSatisfy(<))
    let chosen = Smoothness(
      neighbours: steps(frames.map { places[$0] }), secondNeighbours: Array(repeating: 0, count: count - 2))
    let every = stride(from: 0, through: candidates - 1, by: 2).map { places[min($0, candidates - 1)] }
    let plain = Smoothness(
      neighbours: steps(every), secondNeighbours: Array(repeating: 0, count: every.count - 2))
    #expect(chosen.evenness > plain.evenness + 0.15, "\(chosen.evenness) after \(plain.evenness)")
  }

  @Test("where enough is looked at, the choice is as even as can be")
  func best() {
    let places = [0, 0.05, 0.1, 0.25, 0.3, 0.5, 0.55, 0.75, 0.9, 1]
    let frames = FrameSelection.frames(5, of: places.count) { places[$1] - places[$0] }
    #expect(frames.map { places[$0] } == [0, 0.25, 0.5, 0.75, 1])
  }

  @Test("what is required is chosen, whatever it costs", arguments: [[1], [3, 4], [1, 2, 3, 8]])
  func required(required: [Int]) {
    let frames = FrameSelection.frames(6, of: 10, required: Set(required)) { Double($1 - $0) }
    #expect(Set(required).isSubset(of: frames) && frames.count == 6)
  }

  @Test("as many frames as there are candidates are all of them")
  func all() {
    #expect(FrameSelection.frames(4, of: 4) { _, _ in 1 } == [0, 1, 2, 3])
    #expect(FrameSelection.frames(2, of: 5) { Double($1 - $0) } == [0, 4])
  }

  @Test("a way that does not change at all is spread over its candidates")
  func still() {
    let frames = FrameSelection.frames(5, of: 9) { _, _ in 0 }
    #expect(frames.count == 5 && frames.first == 0 && frames.last == 8 && Set(frames).count == 5)
  }

  @Test("what is looked at next is in the middle of the largest changes, and jumps are not halved for ever")
  func sampling() {
    // A jump at 0.3.
    func distance(_ a: Double, _ b: Double) -> Double { a < 0.3 && b >= 0.3 ? 1 : 0.01 * (b - a) }
    var sampling = AdaptiveSampling([0, 0.5, 1])
    #expect(sampling.midpoints(of: 1, distance: distance) == [0.25])
    #expect(sampling.midpoints(of: 5, distance: distance) == [0.25, 0.75])
    for _ in 0..<40 { sampling.add(sampling.midpoints(of: 1, distance: distance)) }
    let narrowest = zip(sampling.positions, sampling.positions.dropFirst()).map { $1 - $0 }.min() ?? 0
    #expect(narrowest >= 0.5 / 128 && narrowest <= 0.5 / 64)
    #expect(sampling.positions.filter { $0 > 0.5 }.count > 10)
  }

  private func steps(_ places: [Double]) -> [Double] { zip(places, places.dropFirst()).map { $1 - $0 } }
}
