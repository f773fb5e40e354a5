import Glibc
import Tensors

/// A file's bytes, mapped into memory for reading: nothing is read from the disk before someone looks at it. They are valid as
/// long as this object lives, so they are lent, or handed out together with it.
final class MappedFile: Sendable {
  let path: String
  private nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? CheckpointError.noSuchFile(path: path) : .unreadable(path: path, reason: lastSystemError())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw CheckpointError.unreadable(path: path, reason: lastSystemError())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError.unreadable(path: path, reason: "it is not a file")
    }
    self.path = path
    let count = Int(status.st_size)
    // An empty file cannot be mapped.
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw CheckpointError.unreadable(path: path, reason: lastSystemError())
    }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  deinit {
    guard let address = bytes.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(bytes) }
  }

  /// A part of the file as a tensor, which keeps the file mapped. Values that lie in another order than the shape's are copied.
  func tensor(shape: [Int], strides: [Int]?, elementType: ElementType, range: Range<Int>) -> StoredTensor {
    let part = UnsafeRawBufferPointer(rebasing: bytes[range])
    if let strides {
      return withBytes { _ in
        StoredTensor(shape: shape, strides: strides, elementType: elementType, copying: part)
      }
    }
    return StoredTensor(
      shape: shape, elementType: elementType, bytes: part, owner: self,
      droppingPages: { self.dropPages(range) })
  }

  /// Gives the memory of the whole pages inside a range, or of all, back to the system. Whoever reads there again finds the same bytes, read anew
  /// from the file.
  func dropPages(_ range: Range<Int>? = nil) {
    let range = range ?? 0..<bytes.count
    guard let address = bytes.baseAddress else { return }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let begin = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard begin < end else { return }
    madvise(UnsafeMutableRawPointer(mutating: address + begin), end - begin, MADV_DONTNEED)
  }
}

/// What the system said about the call that just failed.
func lastSystemError() -> String { String(cString: strerror(errno)) }
