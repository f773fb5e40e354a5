import Synchronization

/// The memory of a tensor: 64-byte aligned floats, taken from a pool and given back when the last owner lets go.
///
/// It is written while it has one owner (inside `Tensor.init(shape:writing:)`) and only read afterwards, so it may be
/// shared between threads.
final class Storage: @unchecked Sendable {
  let address: UnsafeMutablePointer<Float>
  let count: Int
  private let capacity: Int

  init(count: Int) {
    self.count = count
    (address, capacity) = BufferPool.shared.take(count)
  }

  deinit { BufferPool.shared.give(address, capacity) }
}

/// Keeps buffers that were let go for the next tensor of about the same size, so that a denoising step allocates nothing after the
/// first one.
private final class BufferPool: Sendable {
  static let shared = BufferPool()

  private struct Addresses: @unchecked Sendable {
    var free: [Int: [UnsafeMutablePointer<Float>]] = [:]
    var bytes = 0
  }
  private let addresses = Mutex(Addresses())
  /// More than this is returned to the system: enough for the largest step, too little to hoard.
  private let limit = 1 << 29

  /// Sizes are rounded up to eighths of a power of two: at most an eighth is wasted, and few sizes occur.
  private func capacity(for count: Int) -> Int {
    let smallest = 256
    guard count > smallest else { return smallest }
    let step = max(smallest, (1 << (Int.bitWidth - 1 - count.leadingZeroBitCount)) / 8)
    return (count + step - 1) / step * step
  }

  func take(_ count: Int) -> (UnsafeMutablePointer<Float>, Int) {
    let capacity = capacity(for: count)
    let kept = addresses.withLock { pool -> UnsafeMutablePointer<Float>? in
      guard let address = pool.free[capacity]?.popLast() else { return nil }
      pool.bytes -= capacity * MemoryLayout<Float>.stride
      return address
    }
    if let kept { return (kept, capacity) }
    let bytes = capacity * MemoryLayout<Float>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    return (memory.bindMemory(to: Float.self, capacity: capacity), capacity)
  }

  func give(_ address: UnsafeMutablePointer<Float>, _ capacity: Int) {
    let bytes = capacity * MemoryLayout<Float>.stride
    let isKept = addresses.withLock { pool -> Bool in
      guard pool.bytes + bytes <= limit else { return false }
      pool.free[capacity, default: []].append(address)
      pool.bytes += bytes
      return true
    }
    if !isKept { UnsafeMutableRawPointer(address).deallocate() }
  }
}
