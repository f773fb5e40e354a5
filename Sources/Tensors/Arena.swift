import Glibc
import Synchronization

/// The memory of tensors and of packed weights: one range of addresses, of which blocks are lent out. A block that comes back is
/// lent again, so denoising takes nothing from the system after its first step.
///
/// The system is asked for huge pages: a picture's activations are gigabytes written once, and with small pages a fifth of the time
/// went into making pages. Blocks are taken from the lowest address where they fit, which keeps what is in use together.
package final class Arena: Sendable {
  static let shared = Arena()

  /// A part of the range, in bytes from its start.
  private typealias Block = Range<Int>

  private struct State {
    /// Blocks that nobody has, in ascending order; no two touch.
    var free: [Block] = []
    /// Bytes from the start that may be written to; behind them the range is only reserved.
    var opened = 0
  }

  /// What blocks begin and end at: a cache line.
  private static let grain = 64
  /// How much is opened at once: a multiple of the huge page.
  private static let opening = 32 << 20

  private let start: UInt
  private let reserved: Int
  private let state = Mutex(State())

  /// Reserves addresses, no memory: as many as the process may have, at most a terabyte.
  package init() {
    var bytes = 1 << 40
    var address = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    while address == MAP_FAILED, bytes > Self.opening {
      bytes /= 2
      address = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    }
    guard let address, address != MAP_FAILED else { outOfMemory(bytes) }
    madvise(address, bytes, MADV_HUGEPAGE)
    start = UInt(bitPattern: address)
    reserved = bytes
  }

  deinit { munmap(UnsafeMutableRawPointer(bitPattern: start), reserved) }

  /// Lends at least `bytes` bytes, aligned to a cache line, with arbitrary contents.
  package func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let count = size(bytes)
    let offset = state.withLock { state in
      if let offset = state.free.take(count) { return offset }
      let missing = (count + Self.opening - 1) / Self.opening * Self.opening
      guard
        state.opened + missing <= reserved,
        mprotect(address(state.opened), missing, PROT_READ | PROT_WRITE) == 0
      else { outOfMemory(bytes) }
      state.free.give(state.opened..<state.opened + missing)
      state.opened += missing
      guard let offset = state.free.take(count) else { outOfMemory(bytes) }
      return offset
    }
    return address(offset)
  }

  /// Takes back what `take` lent for so many bytes.
  package func give(_ address: UnsafeMutableRawPointer, _ bytes: Int) {
    let offset = Int(UInt(bitPattern: address) - start)
    state.withLock { $0.free.give(offset..<offset + size(bytes)) }
  }

  /// Bytes that were opened and are lent to nobody.
  package var freeBytes: Int { state.withLock { $0.free.reduce(0) { $0 + $1.count } } }
  /// In how many pieces they lie.
  package var freePieces: Int { state.withLock { $0.free.count } }

  private func size(_ bytes: Int) -> Int {
    max(Self.grain, (bytes + Self.grain - 1) / Self.grain * Self.grain)
  }

  private func address(_ offset: Int) -> UnsafeMutableRawPointer {
    guard let address = UnsafeMutableRawPointer(bitPattern: start + UInt(offset)) else { outOfMemory(0) }
    return address
  }
}

extension [Range<Int>] {
  /// Cuts `count` from the first block that has so much; nil if none has.
  fileprivate mutating func take(_ count: Int) -> Int? {
    guard let index = firstIndex(where: { $0.count >= count }) else { return nil }
    let block = self[index]
    if block.count == count {
      remove(at: index)
    } else {
      self[index] = block.lowerBound + count..<block.upperBound
    }
    return block.lowerBound
  }

  /// Puts a block in its place and joins it with those that it touches.
  fileprivate mutating func give(_ block: Range<Int>) {
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

/// There is no way to go on without memory, and none to report it upwards from the middle of a formula.
private func outOfMemory(_ bytes: Int) -> Never {
  let sentence = "There is no memory for \(bytes >> 20) MB more; try a smaller size or a smaller --batch.\n"
  _ = sentence.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  exit(1)
}
