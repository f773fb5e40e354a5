import Foundation
import Tensors
import Testing

@Suite struct TensorAllocatorTests {
  @Test("blocks in use at the same time never overlap, and freed blocks join to one")
  func blocks() {
    let allocator = TensorAllocator()
    var numbers = TestNumbers(seed: 51)
    var blocks: [(bytes: UnsafeMutableRawBufferPointer, mark: UInt8)] = []
    for round in 0..<4000 {
      if blocks.count < 40, numbers.integer(0...2) > 0 {
        let count = numbers.integer(0...7) == 0 ? numbers.integer(0...3_000_000) : numbers.integer(0...5000)
        let block = UnsafeMutableRawBufferPointer(start: allocator.allocate(count), count: count)
        #expect(UInt(bitPattern: block.baseAddress) % 64 == 0)
        let mark = UInt8(truncatingIfNeeded: round)
        for byte in Set([0, count / 2, count - 1]) where byte >= 0 && byte < count { block[byte] = mark }
        blocks.append((block, mark))
      } else if !blocks.isEmpty {
        let (block, mark) = blocks.remove(at: numbers.integer(0...blocks.count - 1))
        for byte in Set([0, block.count / 2, block.count - 1]) where byte >= 0 && byte < block.count {
          #expect(block[byte] == mark, "Another block overlaps this one.")
        }
        if let address = block.baseAddress { allocator.deallocate(address, block.count) }
      }
    }
    for (block, _) in blocks {
      if let address = block.baseAddress { allocator.deallocate(address, block.count) }
    }
    let usage = allocator.usage
    #expect(usage.inUse == 0)
    #expect(usage.largestFree == usage.free, "Free memory is one block again.")
  }

  @Test("freed blocks are reused before the system is asked for more")
  func reuse() {
    let allocator = TensorAllocator()
    let first = allocator.allocate(100 << 20)
    let opened = allocator.usage.free + 100 << 20
    allocator.deallocate(first, 100 << 20)
    for _ in 0..<10 {
      let (one, other) = (allocator.allocate(60 << 20), allocator.allocate(40 << 20))
      allocator.deallocate(one, 60 << 20)
      allocator.deallocate(other, 40 << 20)
    }
    #expect(allocator.usage.free <= opened)
  }

  @Test("what is in use and its peak are counted in cache lines")
  func counting() {
    let allocator = TensorAllocator()
    let (one, other) = (allocator.allocate(100), allocator.allocate(1000))
    #expect(allocator.usage.inUse == 128 + 1024)
    allocator.deallocate(other, 1000)
    #expect(allocator.usage.inUse == 128 && allocator.usage.peak == 128 + 1024)
    allocator.resetPeak()
    #expect(allocator.usage.peak == 128)
    #expect(allocator.usage.freeAndResident == 1024, "The rest of what is free was never in use.")
    allocator.deallocate(one, 100)
  }

  @Test("what was reserved is allocated without opening more, in any pieces")
  func reserving() {
    let allocator = TensorAllocator()
    #expect(allocator.reserve(1 << 30))
    let opened = allocator.usage.free
    let blocks = (0..<64).map { _ in allocator.allocate(1 << 24) }
    #expect(allocator.usage.free == opened - 1 << 30)
    for block in blocks { allocator.deallocate(block, 1 << 24) }
    #expect(!allocator.reserve(1 << 50), "There are not as many addresses.")
  }

  @Test("joined weights and workspaces come from the same allocator, so that a peak holds all of them")
  func everything() {
    let allocator = TensorAllocator.shared
    #expect(allocator.reserve(1 << 20))
    let x = Tensor(shape: [1, 64, 64, 64], repeating: 1)
    #expect(TensorMemory.inUse >= x.count * 4)
    let weights = Tensors.PackedWeights(StoredTensor(Tensor(shape: [64, 64, 3, 3], repeating: 1)))
    TensorMemory.resetPeak()
    let y = x.convolved(by: weights, .same)
    // Filters of 36 planes at least, beside input, weights and output.
    #expect(TensorMemory.peak >= 4 * (x.count + y.count + 9 * 64 * 64 + 36 * 64 * 64))
  }
}
