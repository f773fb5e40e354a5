import Tensors
import Testing

@Suite struct ArenaTests {
  @Test("blocks that are lent at the same time never overlap, and what comes back is one piece again")
  func blocks() {
    let arena = Arena()
    var numbers = TestNumbers(seed: 51)
    var lent: [(bytes: UnsafeMutableRawBufferPointer, mark: UInt8)] = []
    for round in 0..<4000 {
      if lent.count < 40, numbers.integer(0...2) > 0 {
        let count = numbers.integer(0...7) == 0 ? numbers.integer(0...3_000_000) : numbers.integer(0...5000)
        let block = UnsafeMutableRawBufferPointer(start: arena.take(count), count: count)
        #expect(UInt(bitPattern: block.baseAddress) % 64 == 0)
        let mark = UInt8(truncatingIfNeeded: round)
        for byte in Set([0, count / 2, count - 1]) where byte >= 0 && byte < count { block[byte] = mark }
        lent.append((block, mark))
      } else if !lent.isEmpty {
        let (block, mark) = lent.remove(at: numbers.integer(0...lent.count - 1))
        for byte in Set([0, block.count / 2, block.count - 1]) where byte >= 0 && byte < block.count {
          #expect(block[byte] == mark, "Somebody else wrote into a block.")
        }
        if let address = block.baseAddress { arena.give(address, block.count) }
      }
    }
    for (block, _) in lent { if let address = block.baseAddress { arena.give(address, block.count) } }
    #expect(arena.freePieces == 1)
  }

  @Test("what came back is lent again before the system is asked for more")
  func reuse() {
    let arena = Arena()
    let first = arena.take(100 << 20)
    let opened = arena.freeBytes + 100 << 20
    arena.give(first, 100 << 20)
    for _ in 0..<10 {
      let (one, other) = (arena.take(60 << 20), arena.take(40 << 20))
      arena.give(one, 60 << 20)
      arena.give(other, 40 << 20)
    }
    #expect(arena.freeBytes <= opened)
  }
}
