extension TensorAllocator {
  /// A part of the range, in bytes from its start.
  typealias Block = Range<Int>

  struct State {
    /// Free blocks in ascending order; no two touch.
    var free: [Block] = []
    /// Bytes from the start that are writable; the rest of the range is only reserved.
    var opened = 0
    /// Bytes from the start that have been in use.
    var used = 0
    var inUse = 0
    var peak = 0

    /// Cuts `count` bytes from the first free block that is large enough; nil if none is.
    mutating func take(_ count: Int) -> Int? {
      guard let offset = free.cut(count) else { return nil }
      used = max(used, offset + count)
      inUse += count
      peak = max(peak, inUse)
      return offset
    }

    mutating func give(_ block: Block) {
      free.insert(joining: block)
      inUse -= block.count
    }

    func usage(size: Int) -> Usage {
      var usage = Usage(
        inUse: inUse, peak: peak, free: free.reduce(0) { $0 + $1.count },
        freeAndResident: free.reduce(0) { $0 + max(0, min($1.upperBound, used) - $1.lowerBound) },
        unopened: size - opened)
      usage.largestFree = free.reduce(0) { max($0, $1.count) }
      return usage
    }
  }
}

extension [Range<Int>] {
  /// Cuts `count` from the first block that is large enough; nil if none is.
  fileprivate mutating func cut(_ count: Int) -> Int? {
    guard let index = firstIndex(where: { $0.count >= count }) else { return nil }
    let block = self[index]
    if block.count == count {
      remove(at: index)
    } else {
      self[index] = block.lowerBound + count..<block.upperBound
    }
    return block.lowerBound
  }

  /// Inserts a block in ascending order and joins it with those that it touches.
  mutating func insert(joining block: Range<Int>) {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].lowerBound < block.lowerBound { low = middle + 1 } else { high = middle }
    }
    let joinsNext = low < count && self[low].lowerBound == block.upperBound
    let joinsPrevious = low > 0 && self[low - 1].upperBound == block.lowerBound
    switch (joinsPrevious, joinsNext) {
    case (true, true):
      self[low - 1] = self[low - 1].lowerBound..<self[low].upperBound
      remove(at: low)
    case (true, false): self[low - 1] = self[low - 1].lowerBound..<block.upperBound
    case (false, true): self[low] = block.lowerBound..<self[low].upperBound
    case (false, false): insert(block, at: low)
    }
  }
}
