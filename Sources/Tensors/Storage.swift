/// The memory of a tensor: 64-byte aligned floats, lent by the arena and given back when the last owner lets go.
///
/// It is written while it has one owner (inside `Tensor.init(shape:writing:)`) and only read afterwards, so it may be
/// shared between threads.
final class Storage: @unchecked Sendable {
  let address: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    address = Arena.shared.take(count * MemoryLayout<Float>.stride).bindMemory(
      to: Float.self, capacity: count)
  }

  deinit { Arena.shared.give(address, count * MemoryLayout<Float>.stride) }
}
