import Glibc
import Synchronization

/// The allocator for tensors, packed weights and the kernels' workspaces: one reserved address range, blocks handed out
/// first fit.
///
/// Freed blocks are reused, so denoising allocates nothing from the system after its first step. Huge pages are
/// requested: a picture's activations are gigabytes written once, and with small pages a fifth of the time was spent in
/// page faults. First fit from the lowest address keeps the memory in use contiguous.
package final class TensorAllocator: Sendable {
  package static let shared = TensorAllocator()

  /// Bytes of an allocator at one moment.
  package struct Usage: Sendable, Equatable {
    /// Allocated.
    package var inUse: Int
    /// The most that was allocated at the same time.
    package var peak: Int
    /// Writable and not allocated.
    package var free: Int
    /// The part of `free` that was in use before: the system has given its pages already.
    package var freeAndResident: Int
    /// What can still become writable: the rest of the address range.
    package var unopened: Int
    /// The largest contiguous part of `free`.
    package var largestFree = 0

    package init(inUse: Int = 0, peak: Int = 0, free: Int = 0, freeAndResident: Int = 0, unopened: Int = 0) {
      (self.inUse, self.peak, self.free) = (inUse, peak, free)
      (self.freeAndResident, self.unopened) = (freeAndResident, unopened)
    }
  }

  /// Block boundaries are multiples of a cache line.
  private static let alignment = 64
  /// The range becomes writable in steps of this size: a multiple of the huge page.
  private static let step = 32 << 20

  private let start: UInt
  private let size: Int
  private let state = Mutex(State())

  /// Reserves addresses, no memory: a terabyte, or half of what RLIMIT_AS leaves. The other half is for mapped files,
  /// malloc and stacks.
  package init() {
    var bytes = 1 << 40
    if let limit = MemoryLimits().addresses { bytes = min(bytes, limit / 2 / Self.step * Self.step) }
    var address: UnsafeMutableRawPointer?
    while address == nil, bytes >= Self.step {
      let mapping = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      if mapping == MAP_FAILED { bytes /= 2 } else { address = mapping }
    }
    if let address { madvise(address, bytes, MADV_HUGEPAGE) }
    start = UInt(bitPattern: address)
    size = address == nil ? 0 : bytes
  }

  deinit { munmap(UnsafeMutableRawPointer(bitPattern: start), size) }

  /// A block of at least `bytes` bytes, aligned to a cache line, with arbitrary contents. Ends the process with a
  /// sentence if there is no memory; `reserve` beforehand reports that as a value.
  package func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    let count = rounded(bytes)
    let offset = state.withLock { state in
      state.take(count) ?? (open(count, &state) ? state.take(count) : nil)
    }
    guard let offset, let address = UnsafeMutableRawPointer(bitPattern: start + UInt(offset)) else {
      fatalError(
        "There is no memory for \(bytes) bytes more, with \(usage.inUse) in use. "
          + "Reserve memory with TensorMemory.reserve before the work begins, and handle its error."
      )
    }
    return address
  }

  /// Frees a block that was allocated with the same number of bytes.
  package func deallocate(_ address: UnsafeMutableRawPointer, _ bytes: Int) {
    let offset = Int(UInt(bitPattern: address) - start)
    let count = rounded(bytes)
    state.withLock { $0.give(offset..<offset + count) }
  }

  /// Makes `bytes` contiguous bytes writable that are not in use; false if the system refuses.
  package func reserve(_ bytes: Int) -> Bool {
    state.withLock { state in
      state.free.contains { $0.count >= bytes } || open(rounded(bytes), &state)
    }
  }

  package var usage: Usage { state.withLock { $0.usage(size: size) } }

  /// From now on the peak counts from what is in use now.
  package func resetPeak() { state.withLock { $0.peak = $0.inUse } }

  /// Makes more of the range writable, until the last free block has at least `count` bytes.
  private func open(_ count: Int, _ state: inout State) -> Bool {
    let tail = state.free.last.map { $0.upperBound == state.opened ? $0.count : 0 } ?? 0
    let missing = (count - tail + Self.step - 1) / Self.step * Self.step
    guard missing <= size - state.opened else { return false }
    let address = UnsafeMutableRawPointer(bitPattern: start + UInt(state.opened))
    guard mprotect(address, missing, PROT_READ | PROT_WRITE) == 0 else { return false }
    state.free.insert(joining: state.opened..<state.opened + missing)
    state.opened += missing
    return true
  }

  private func rounded(_ bytes: Int) -> Int {
    max(Self.alignment, (bytes + Self.alignment - 1) / Self.alignment * Self.alignment)
  }
}
