extension Tensor {
  /// [n, a, b, c...] -> chosen images of the first dimension, in any order and as often as they are named.
  public func images(at indices: [Int]) -> Tensor {
    let size = count / max(1, shape[0])
    return Tensor(shape: [indices.count] + shape.dropFirst()) { result in
      for (position, index) in indices.enumerated() {
        precondition(0..<shape[0] ~= index, "There is no image \(index) in \(shape).")
        result.baseAddress?.advanced(by: position * size).update(
          from: storage.address + index * size, count: size)
      }
    }
  }
}
