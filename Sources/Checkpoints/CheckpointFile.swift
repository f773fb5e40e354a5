import Files
import Tensors

/// A file of a model, open for reading; its errors are `CheckpointError`s. Nothing of it is mapped into memory, so that
/// a file that is cut off while a model is loaded is an error and no signal.
final class CheckpointFile: Sendable {
  private let file: InputFile

  init(path: String) throws(CheckpointError) {
    do throws(FileError) { file = try InputFile(path: path) } catch { throw CheckpointError(error) }
  }

  /// All bytes of a file.
  /// - Parameter limit: longer files are refused before they are read.
  static func bytes(of path: String, limit: Int) throws(CheckpointError) -> [UInt8] {
    do throws(FileError) { return try InputFile.bytes(of: path, limit: limit) } catch {
      throw CheckpointError(error)
    }
  }

  var path: String { file.path }
  /// In bytes.
  var size: Int { file.size }

  /// The bytes of a range, as far as it lies in the file.
  func bytes(_ range: Range<Int>) throws(CheckpointError) -> [UInt8] {
    do throws(FileError) { return try file.bytes(range.clamped(to: 0..<size)) } catch {
      throw CheckpointError(error)
    }
  }

  /// Fills memory with the bytes from `offset` on.
  func read(into memory: UnsafeMutableRawBufferPointer, from offset: Int) throws(CheckpointError) {
    do throws(FileError) { try file.read(into: memory, from: offset) } catch { throw CheckpointError(error) }
  }

  /// A part of the file as a tensor in memory of its own. Strided values are copied into contiguous order.
  func tensor(
    shape: [Int], strides: [Int]?, elementType: ElementType, range: Range<Int>
  ) throws(CheckpointError) -> StoredTensor {
    let memory = TensorBytes(count: range.count)
    try read(into: memory.buffer, from: range.lowerBound)
    let bytes = UnsafeRawBufferPointer(memory.buffer)
    guard let strides else {
      return StoredTensor(shape: shape, elementType: elementType, bytes: bytes, owner: memory)
    }
    return withExtendedLifetime(memory) {
      StoredTensor(shape: shape, strides: strides, elementType: elementType, copying: bytes)
    }
  }
}

/// Bytes from the allocator of tensors, which hands them to the next layer's weights when they are freed; written once,
/// then only read.
private final class TensorBytes: @unchecked Sendable {
  private let memory: Tensor
  /// Valid as long as this object lives.
  let buffer: UnsafeMutableRawBufferPointer

  init(count: Int) {
    var address: UnsafeMutableRawPointer?
    memory = Tensor(shape: [(count + 3) / MemoryLayout<Float>.stride]) {
      address = UnsafeMutableRawPointer($0.baseAddress)
    }
    buffer = UnsafeMutableRawBufferPointer(start: address, count: count)
  }
}

extension CheckpointError {
  init(_ error: FileError) {
    switch error {
    case .noSuchFile(let path): self = .noSuchFile(path: path)
    case .unreadable(let path, let reason): self = .unreadable(path: path, reason: reason)
    case .changed(let path): self = .changed(path: path)
    }
  }
}
