/// Changes of layout, batch and order. They copy; the networks avoid them.
extension Tensor {
  /// [n, a, b, c...] -> the images `range` of the first dimension.
  public func images(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0], "There are no images \(range) in \(shape).")
    let size = count / max(1, shape[0])
    return Tensor(shape: [range.count] + shape.dropFirst()) { result in
      result.baseAddress?.update(from: storage.address + range.lowerBound * size, count: range.count * size)
    }
  }

  /// Tensors of the same inner shape, one after the other along the first dimension.
  public static func batch(_ parts: [Tensor]) -> Tensor {
    let inner = Array(parts[0].shape.dropFirst())
    precondition(
      parts.allSatisfy { Array($0.shape.dropFirst()) == inner }, "A batch needs parts of one shape.")
    return Tensor(shape: [parts.reduce(0) { $0 + $1.shape[0] }] + inner) { result in
      var end = 0
      for part in parts {
        result.baseAddress?.advanced(by: end).update(from: part.storage.address, count: part.count)
        end += part.count
      }
    }
  }

  /// PyTorch's [n, c, h, w] -> [n, h, w, c].
  public func channelsLast() -> Tensor {
    let (n, c, h, w) = shape4
    return transposedInside(images: n, rows: c, columns: h * w).reshaped([n, h, w, c])
  }

  /// [n, h, w, c] -> PyTorch's [n, c, h, w].
  public func channelsFirst() -> Tensor {
    let (n, h, w, c) = shape4
    return transposedInside(images: n, rows: h * w, columns: c).reshaped([n, c, h, w])
  }

  /// [a, b] -> [b, a]
  func transposed() -> Tensor {
    transposedInside(images: 1, rows: shape[0], columns: shape[1]).reshaped([shape[1], shape[0]])
  }

  private func transposedInside(images: Int, rows: Int, columns: Int) -> Tensor {
    Tensor(shape: shape) { result in
      for image in 0..<images {
        let start = image * rows * columns
        for row in 0..<rows {
          for column in 0..<columns {
            result[start + column * rows + row] = storage.address[start + row * columns + column]
          }
        }
      }
    }
  }
}

extension Tensor {
  /// [..., c] -> the channels `range` of each row.
  public func channels(_ range: Range<Int>) -> Tensor {
    let (rows, c) = rowsAndChannels
    precondition(
      range.lowerBound >= 0 && range.upperBound <= c, "There are no channels \(range) in \(shape).")
    return Tensor(shape: shape.dropLast() + [range.count]) { result in
      for row in 0..<rows {
        for (target, channel) in range.enumerated() {
          result[row * range.count + target] = storage.address[row * c + channel]
        }
      }
    }
  }
}
