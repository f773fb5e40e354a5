import Foundation
import Testing
import Walks

@Suite struct PaceTests {
  /// A pass over a way whose picture at the position p is the number f(p).
  private func pass(_ positions: [Double], _ f: (Double) -> Double) -> Pace {
    Pace(positions: positions, distances: changes(positions, f))
  }

  private func changes(_ positions: [Double], _ f: (Double) -> Double) -> [Double] {
    zip(positions, positions.dropFirst()).map { abs(f($0) - f($1)) }
  }

  private func evenness(_ positions: [Double], _ f: (Double) -> Double) -> Double {
    1 - gini(changes(positions, f))
  }

  private func even(_ count: Int, to end: Double = 1) -> [Double] {
    (0..<count).map { end * Double($0) / Double(count - 1) }
  }

  /// Two plateaus and a steep slope between them.
  private func slope(_ p: Double) -> Double { 0.1 * p + tanh(40 * (p - 0.37)) }

  @Test(
    "a way that was measured finely gets frames of even change, with exact ends", arguments: [2, 3, 17, 49])
  func fine(frameCount: Int) {
    let positions = pass(even(2001), slope).positions(frameCount: frameCount)
    #expect(positions.count == frameCount && positions.first == 0 && positions.last == 1)
    #expect(evenness(positions, slope) > 0.99)
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test(
    "a second pass of as many frames makes it evener, and both passes together more so than the second alone")
  func twoPasses() {
    let plain = even(17)
    let once = pass(plain, slope).positions(frameCount: 17)
    let all = plain + once
    let both = Pace(positions: all) { abs(slope(all[$0]) - slope(all[$1])) }
    let twice = both.positions(frameCount: 17)
    let values = [plain, once, twice].map { evenness($0, slope) }
    #expect(values[0] < 0.3 && values[1] > values[0] + 0.3 && values[2] > values[1] + 0.1, "\(values)")
    let alone = evenness(pass(once, slope).positions(frameCount: 17), slope)
    #expect(values[2] > 0.95 && alone < values[2], "\(values), \(alone)")
    #expect(both.gaps.count == 31, "Both passes have the ends.")
  }

  @Test("a jump gets exactly one gap, with frames at both its ends, and the others share the rest evenly")
  func jump() {
    let step = { (p: Double) in p < 0.4 ? 0.02 * p : 1 + 0.05 * p }
    let jump = MeasuredGap(start: 0.3995, end: 0.4, distance: step(0.4) - step(0.3995), isJump: true)
    let knots = even(101) + [0.3995]
    let pace = Pace(positions: knots, jumps: [jump]) { abs(step(knots[$0]) - step(knots[$1])) }
    #expect(pace.jumps == [jump])
    let positions = pace.positions(frameCount: 21)
    let gap = positions.firstIndex(of: 0.3995)
    #expect(gap.map { positions[$0 + 1] } == 0.4)
    #expect(positions.count == 21 && positions[0] == 0 && positions[20] == 1)
    let steps = changes(positions, step).filter { $0 < 0.5 }
    #expect(steps.count == 19 && 1 - gini(steps) > 0.9, "\(steps)")
  }

  @Test("more jumps than gaps leave the smaller ones without one of their own")
  func manyJumps() {
    let jumps = [(1.0, 5.0), (3, 6)].map {
      MeasuredGap(start: $0, end: $0 + 1, distance: $1, isJump: true)
    }
    let pace = Pace(positions: [0, 1, 2, 3, 4, 5], distances: [1, 5, 1, 6, 1], jumps: jumps)
    #expect(pace.jumps == jumps)
    #expect(pace.positions(frameCount: 2) == [0, 5])
    #expect(pace.positions(frameCount: 3) == [0, 2, 5])
    for count in 3...9 {
      let positions = pace.positions(frameCount: count)
      let crossed = zip(positions, positions.dropFirst()).map { from, to in
        jumps.filter { from < $0.end && $0.start < to }.count
      }
      #expect(crossed.allSatisfy { $0 <= 1 } && crossed.reduce(0, +) == 2, "\(positions)")
    }
    #expect(pace.positions(frameCount: 6) == [0, 1, 2, 3, 4, 5])
  }

  @Test("still plateaus on both sides of a jump share the frames by their lengths")
  func plateaus() {
    let jump = MeasuredGap(start: 1, end: 2, distance: 1, isJump: true)
    let pace = Pace(positions: [0, 1, 2, 3], distances: [0, 1, 0], jumps: [jump])
    #expect(pace.positions(frameCount: 6) == [0, 0.5, 1, 2, 2.5, 3])
  }

  @Test("fixed frames keep their positions, and each section between them is even in itself")
  func fixed() {
    let f = { (p: Double) in p < 1 ? p * p : 1 + 10 * (p - 1) }
    let pace = pass(even(4001, to: 2), f)
    let positions = pace.positions(
      frameCount: 31, fixed: [.init(frame: 20, position: 1), .init(frame: 23, position: 1)])
    #expect(positions[0] == 0 && positions[20...23] == [1, 1, 1, 1] && positions[30] == 2)
    #expect(evenness(Array(positions[...20]), f) > 0.99 && evenness(Array(positions[23...]), f) > 0.99)
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("on a closed path the frame after the last would be the end")
  func closed() {
    let pace = Pace(positions: [0, 1, 2, 3, 4], distances: [1, 1, 1, 1])
    #expect(pace.positions(frameCount: 8, isClosed: true) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])
    #expect(pace.positions(frameCount: 1, isClosed: true) == [0])
    #expect(pace.positions(frameCount: 1) == [0])
    let fixed = pace.positions(frameCount: 4, isClosed: true, fixed: [.init(frame: 2, position: 1)])
    #expect(fixed == [0, 0.5, 1, 2.5])
  }

  @Test("where nothing changes the frames keep an even pace in position")
  func still() {
    #expect(Pace(positions: [0, 1, 4], distances: [0, 0]).positions(frameCount: 5) == [0, 1, 2, 3, 4])
  }

  @Test("a pace comes back from its JSON as it was")
  func json() throws {
    let jump = MeasuredGap(start: 0.1, end: 0.2, distance: 0.7, isJump: true)
    let pace = Pace(positions: [0, 0.1, 0.2, 2], distances: [0.3, 0.7, 1 / 3], jumps: [jump])
    #expect(try JSONDecoder().decode(Pace.self, from: JSONEncoder().encode(pace)) == pace)
  }
}

@Suite struct JumpSearchTests {
  /// Searches a gap of a way whose picture at p is f(p); the positions that were rendered.
  private func search(_ gap: ClosedRange<Double>, _ f: (Double) -> Double) -> (JumpSearch, [Double]) {
    let size = abs(f(gap.upperBound) - f(gap.lowerBound))
    var search = JumpSearch(MeasuredGap(start: gap.lowerBound, end: gap.upperBound, distance: size))
    var rendered: [Double] = []
    while let middle = search.nextPosition {
      rendered.append(middle)
      search.add(
        distanceFromStart: abs(f(middle) - f(search.current.start)),
        distanceToEnd: abs(f(search.current.end) - f(middle)))
    }
    return (search, rendered)
  }

  @Test(
    "a step is found within 1/64 of the gap by six pictures, wherever it is",
    arguments: [0.01, 0.3, 0.5, 0.99])
  func step(place: Double) throws {
    let (search, rendered) = search(2...3) { $0 < 2 + place ? 0 : 0.2 }
    guard case .jump(let jump) = search.outcome else {
      Issue.record("\(search.outcome)")
      return
    }
    #expect(rendered.count == 6 && jump.isJump && jump.distance == 0.2)
    #expect(jump.start < 2 + place && 2 + place <= jump.end && jump.width == 1.0 / 64)
    #expect(search.gaps.contains(jump) && search.gaps.count == 7)
    #expect(search.gaps.first?.start == 2 && search.gaps.last?.end == 3)
    #expect(zip(search.gaps, search.gaps.dropFirst()).allSatisfy { $0.end == $1.start })
  }

  @Test("a step on top of a slope is a jump when it is more than 0.4 of the change")
  func mixed() {
    func isJump(_ share: Double) -> Bool {
      let (search, _) = search(0...1) { 0.2 * (1 - share) * $0 + ($0 < 0.61 ? 0 : 0.2 * share) }
      if case .jump = search.outcome { return true }
      return false
    }
    #expect(isJump(0.9) && isJump(0.45) && !isJump(0.3))
  }

  @Test("a slope resolves, and no more pictures are rendered than it takes to see that")
  func slopes() {
    let (even, renderedEven) = search(0...1) { 0.07 * $0 }
    #expect(even.outcome == .resolved && renderedEven.count == 2)
    let (steep, renderedSteep) = search(0...1) { 0.1 * tanh(20 * ($0 - 0.4)) }
    #expect(steep.outcome == .resolved && renderedSteep.count <= 6)
    #expect(even.gaps.allSatisfy { !$0.isJump } && steep.gaps.allSatisfy { !$0.isJump })
  }

  @Test("a gap that flows needs no picture")
  func flows() {
    let search = JumpSearch(MeasuredGap(start: 0, end: 1, distance: 0.019))
    #expect(search.nextPosition == nil && search.outcome == .resolved)
  }

  @Test("what a search measured refines the pace: a slope becomes even, a jump gets its one gap")
  func refines() {
    for width in [0.0001, 0.02] {
      let f = { (p: Double) in 0.05 * p + 0.2 * tanh((p - 0.52) / width) }
      let positions = (0..<11).map { Double($0) / 10 }
      let distances = zip(positions, positions.dropFirst()).map { abs(f($0) - f($1)) }
      let (search, _) = search(0.5...0.6, f)
      let pace = Pace(positions: positions, distances: distances).refined(by: search)
      let timed = pace.positions(frameCount: 41)
      let changes = zip(timed, timed.dropFirst()).map { abs(f($0) - f($1)) }
      let cuts = changes.filter { $0 > 0.06 }.count
      #expect(pace.jumps.count == (width < 0.001 ? 1 : 0))
      #expect(cuts == pace.jumps.count, "\(changes)")
    }
  }
}
