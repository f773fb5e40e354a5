import CKernels

/// The memory of a tensor: floats, aligned to 64 bytes.
///
/// It is written while it has one owner (inside `Tensor.init(shape:writing:)`) and only read afterwards, so it may be
/// shared between threads.
final class Storage: @unchecked Sendable {
  let address: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    address = TensorAllocator.shared.allocate(count * MemoryLayout<Float>.stride).bindMemory(
      to: Float.self, capacity: count)
  }

  deinit { TensorAllocator.shared.deallocate(address, count * MemoryLayout<Float>.stride) }
}

/// Gives a kernel `byteCount` bytes to work with while `body` runs.
func withWorkspace(byteCount: Int, _ body: (lw_workspace) -> Void) {
  let memory = TensorAllocator.shared.allocate(byteCount)
  defer { TensorAllocator.shared.deallocate(memory, byteCount) }
  body(lw_workspace(memory: memory, bytes: byteCount))
}
