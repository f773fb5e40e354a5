/// Small functions of every element.
extension Tensor {
  /// The larger of x and 0 (Nair & Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010).
  public func relu() -> Tensor {
    Tensor(shape: shape) { result in
      for i in result.indices { result[i] = storage.address[i] > 0 ? storage.address[i] : 0 }
    }
  }

  /// For tensors of the size of latents: one element is computed after the other.
  public func mapped(_ function: (Float) -> Float) -> Tensor {
    Tensor(shape: shape) { result in
      for i in result.indices { result[i] = function(storage.address[i]) }
    }
  }

  /// x * y, element by element.
  public static func * (x: Tensor, y: Tensor) -> Tensor {
    precondition(x.shape == y.shape, "Tensors of \(x.shape) and \(y.shape) cannot be multiplied.")
    return Tensor(shape: x.shape) { result in
      for i in result.indices { result[i] = x.storage.address[i] * y.storage.address[i] }
    }
  }

  /// Every number rounded to the nearest byte, halves to even as NumPy rounds; what lies outside 0 ... 255 is clipped.
  public func roundedBytes() -> [UInt8] {
    withValues { values in
      values.map { UInt8(min(255, max(0, $0.rounded(.toNearestOrEven)))) }
    }
  }
}
