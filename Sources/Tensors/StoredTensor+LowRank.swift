import CKernels

/// A change of a layer's weights that is stored as the product of two thin matrices: scale * up * down.
///
/// Source: Hu et al., "LoRA" (arXiv 2106.09685), section 4.1. With a matrix in the middle, as LyCORIS stores
/// convolutions: W[i, j, k, l] = sum over n, m of up[i, n] * middle[n, m, k, l] * down[m, j].
public struct LowRankChange: Sendable {
  /// [out, rank] and ones behind.
  public let up: StoredTensor
  /// [rank, in], [rank, in, height, width], and ones behind.
  public let down: StoredTensor
  /// [rank, rank, height, width]
  public let middle: StoredTensor?
  public let scale: Float

  /// The shapes must fit each other: `outputs` and `inputs` say what the change fits.
  public init?(up: StoredTensor, down: StoredTensor, middle: StoredTensor? = nil, scale: Float) {
    let (upRank, downRank) = (up.count / max(1, up.shape.first ?? 0), down.shape.first ?? 0)
    guard up.shape.count >= 2, down.shape.count >= 2, up.count > 0, down.count > 0 else { return nil }
    if let middle {
      guard middle.shape.count == 4, middle.count > 0, middle.shape[0] == upRank, middle.shape[1] == downRank,
        down.count == downRank * down.shape[1]
      else { return nil }
    } else if upRank != downRank {
      return nil
    }
    (self.up, self.down, self.middle, self.scale) = (up, down, middle, scale)
  }

  /// Outputs of the layer that is changed.
  public var outputs: Int { up.shape[0] }
  /// Inputs of the layer; of a convolution, inputs times the taps of its kernel.
  public var inputs: Int {
    down.count / down.shape[0] * (middle.map { $0.shape[2] * $0.shape[3] } ?? 1)
  }

  /// scale * up, [out, rank]
  fileprivate var scaledUp: Tensor { scale * up.float32().reshaped([outputs, up.count / outputs]) }

  /// down as a layer from rank to inputs.
  fileprivate var packedDown: PackedWeights {
    let rows = down.float32().reshaped([down.shape[0], down.count / down.shape[0]])
    guard let middle else { return PackedWeights(StoredTensor(rows.transposed())) }
    let (rank, height, width) = (middle.shape[0], middle.shape[2], middle.shape[3])
    // [rank, height * width, rank] by down: [rank, height * width, in] -> [rank, in * height * width]
    let taps = middle.float32().channelsLast().multiplied(by: PackedWeights(StoredTensor(rows.transposed())))
    return PackedWeights(
      StoredTensor(taps.channelsFirst().reshaped([rank, rows.shape[1] * height * width]).transposed()))
  }
}

extension StoredTensor {
  /// W + the changes, computed in float32 and rounded once to the precision that W has.
  ///
  /// It is done some rows at a time, so that beside the result little memory is needed.
  public func adding(_ changes: [LowRankChange]) -> StoredTensor {
    let (outputs, inputs) = (shape[0], count / max(1, shape[0]))
    precondition(
      changes.allSatisfy { $0.outputs == outputs && $0.inputs == inputs }, "A change has its layer's size.")
    let (ups, downs) = (changes.map(\.scaledUp), changes.map(\.packedDown))
    let (table, sum) = (reshaped([outputs, inputs]), JoinedBytes(byteCount: bytes.count))
    let rowsAtOnce = 256
    for first in stride(from: 0, to: outputs, by: rowsAtOnce) {
      let range = first..<min(first + rowsAtOnce, outputs)
      var rows = table.rowRange(range).float32()
      for (up, down) in zip(ups, downs) {
        rows = up.images(range).multiplied(by: down, then: Epilogue(residual: rows))
      }
      let begin = first * inputs * elementType.byteCount
      elementType.store(rows, in: UnsafeMutableRawBufferPointer(rebasing: sum.buffer[begin...]))
    }
    return StoredTensor(
      shape: shape, elementType: elementType, bytes: UnsafeRawBufferPointer(sum.buffer), owner: sum)
  }

  /// Float32 numbers as a checkpoint would hold them.
  public init(_ tensor: Tensor) {
    self.init(
      shape: tensor.shape, elementType: .float32,
      bytes: UnsafeRawBufferPointer(
        start: tensor.storage.address, count: tensor.count * ElementType.float32.byteCount),
      owner: tensor.storage)
  }
}

extension ElementType {
  /// Rounds numbers to this precision, to the nearest and half-way to the even one, and stores them at the beginning of
  /// a memory.
  fileprivate func store(_ tensor: Tensor, in memory: UnsafeMutableRawBufferPointer) {
    precondition(tensor.count * byteCount <= memory.count, "The memory holds all of the numbers.")
    tensor.withValues { values in
      switch self {
      case .float32: memory.copyMemory(from: UnsafeRawBufferPointer(values))
      case .float16:
        lw_to_float16(memory.bindMemory(to: UInt16.self).baseAddress, values.baseAddress, values.count)
      case .bfloat16:
        let halves = memory.bindMemory(to: UInt16.self)
        for i in values.indices {
          let bits = values[i].bitPattern
          halves[i] = UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
        }
      }
    }
  }
}
