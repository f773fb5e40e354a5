import CKernels

/// a * x + b * y, element by element, in one pass.
public func mix(_ a: Float, _ x: Tensor, _ b: Float, _ y: Tensor) -> Tensor {
  precondition(x.shape == y.shape, "Tensors of \(x.shape) and \(y.shape) cannot be mixed.")
  return Tensor(shape: x.shape) { result in
    lw_mix(result.baseAddress, a, x.storage.address, b, y.storage.address, x.count)
  }
}

/// The same with factors of its own for each image: image i is a[i] * x[i] + b[i] * y[i], with the bits that it has
/// alone.
/// - Parameters:
///   - a: [n], for x of [n, ...]; so is `b` for y.
public func mix(_ a: [Float], _ x: Tensor, _ b: [Float], _ y: Tensor) -> Tensor {
  precondition(x.shape == y.shape, "Tensors of \(x.shape) and \(y.shape) cannot be mixed.")
  let images = x.shape.first ?? 0
  precondition(a.count == images && b.count == images, "\(images) images need as many pairs of factors.")
  let size = x.count / max(1, images)
  return Tensor(shape: x.shape) { result in
    guard let start = result.baseAddress else { return }
    for i in 0..<images {
      let first = i * size
      lw_mix(start + first, a[i], x.storage.address + first, b[i], y.storage.address + first, size)
    }
  }
}

extension Tensor {
  public static func + (x: Tensor, y: Tensor) -> Tensor { mix(1, x, 1, y) }
  public static func - (x: Tensor, y: Tensor) -> Tensor { mix(1, x, -1, y) }
  public static func * (a: Float, x: Tensor) -> Tensor { mix(a, x, 0, x) }

  /// Adds one number to every element.
  public static func + (x: Tensor, a: Float) -> Tensor {
    Tensor(shape: x.shape) { result in
      for i in result.indices { result[i] = x.storage.address[i] + a }
    }
  }
}

extension Tensor {
  /// [..., c] -> the same with each row times a number of its own.
  public func rowsMultiplied(by weights: [Float]) -> Tensor {
    let (rows, c) = rowsAndChannels
    precondition(weights.count == rows, "\(weights.count) weights for \(rows) rows.")
    return Tensor(shape: shape) { result in
      for row in 0..<rows {
        for i in row * c..<(row + 1) * c { result[i] = weights[row] * storage.address[i] }
      }
    }
  }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool { withValues { $0.allSatisfy(\.isFinite) } }

  /// The mean of all elements.
  public var mean: Float {
    withValues { values in Float(values.reduce(0.0) { $0 + Double($1) } / Double(max(1, count))) }
  }
}

extension Tensor {
  /// The weighted sum of tensors of one shape, and a number added to each component. Terms of weight zero are left out,
  /// and a single term of weight one comes out bit by bit.
  public static func combined(_ tensors: [Tensor], weights: [Double], offset: Double = 0) -> Tensor {
    precondition(!tensors.isEmpty && weights.count == tensors.count, "Each tensor has a weight.")
    let terms = zip(weights, tensors).filter { $0.0 != 0 }
    var sum: Tensor
    switch terms.count {
    case 0: sum = 0 * tensors[0]
    case 1: sum = terms[0].0 == 1 ? terms[0].1 : Float(terms[0].0) * terms[0].1
    default:
      sum = mix(Float(terms[0].0), terms[0].1, Float(terms[1].0), terms[1].1)
      for (weight, tensor) in terms.dropFirst(2) { sum = mix(1, sum, Float(weight), tensor) }
    }
    return offset == 0 ? sum : sum + Float(offset)
  }
}
