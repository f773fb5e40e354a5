/// The memory of tensors, packed weights and the kernels' workspaces in this process.
///
/// The arithmetic itself cannot report that memory is missing, so its peak is estimated and reserved before it begins:
///
///     try TensorMemory.reserve(bytes: 2 << 30)
public enum TensorMemory {
  /// Bytes in use now.
  public static var inUse: Int { TensorAllocator.shared.usage.inUse }

  /// The most bytes that were in use at the same time, since the process began or `resetPeak` was called.
  public static var peak: Int { TensorAllocator.shared.usage.peak }

  /// From now on `peak` counts from what is in use now.
  public static func resetPeak() { TensorAllocator.shared.resetPeak() }

  /// Bytes that this process can still have for tensors: the least of what the machine has available (MemAvailable),
  /// what its control groups leave, and what RLIMIT_DATA and RLIMIT_AS leave; with what is free here because tensors
  /// were freed.
  public static var available: Int { available(TensorAllocator.shared.usage, MemoryLimits()) }

  /// Makes sure that `bytes` bytes can be allocated now. They are not set aside: work at the same time needs a
  /// reservation of the sum.
  /// - Throws: `TensorMemoryError` if there are not as many, or the system refuses them.
  public static func reserve(bytes: Int) throws(TensorMemoryError) {
    let available = available
    guard bytes <= available else { throw TensorMemoryError(needed: bytes, available: available) }
    guard TensorAllocator.shared.reserve(bytes) else {
      throw TensorMemoryError(needed: bytes, available: TensorAllocator.shared.usage.largestFree)
    }
  }

  package static func available(_ usage: TensorAllocator.Usage, _ limits: MemoryLimits) -> Int {
    // RLIMIT_AS counts the whole address range since the allocator exists, so what is left of the range decides.
    // A limit may be nearly 2^63, so the smaller number is taken before anything is added.
    let addressable = usage.free + min(usage.unopened, limits.data ?? .max)
    // Without /proc nothing is known: a machine of 2 GB is assumed.
    return min(addressable, usage.freeAndResident + min(addressable, limits.available ?? 2 << 30))
  }
}

/// More memory is needed than is available. Its description is the sentence for the user.
public struct TensorMemoryError: Error, Equatable, CustomStringConvertible {
  /// Bytes that are needed.
  public let needed: Int
  /// Bytes that are available.
  public let available: Int

  public init(needed: Int, available: Int) {
    self.needed = needed
    self.available = available
  }

  public var description: String {
    "This needs \(megabytes(needed)) MB of memory, and \(megabytes(available)) MB are available. "
      + "Choose a smaller size or batch, or end other programs."
  }

  private func megabytes(_ bytes: Int) -> Int { (bytes >> 20) + (bytes.trailingZeroBitCount < 20 ? 1 : 0) }
}
