import Glibc

/// A file in the making: it is written under a temporary name beside its place and takes its name when it is complete.
/// One that is given up before `commit` leaves nothing behind.
///
/// Only plain files are renamed over. Devices, pipes and symbolic links are written to directly: root could rename over
/// /dev/stdout, which links to a plain file when the shell sends the output there.
final class PendingFile {
  let path: String
  private let writtenPath: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isOpen = true
  /// The first thing that went wrong. Writers that cannot throw, such as giflib's callback, leave it for `check`.
  private var failure: MediaError?

  private static let bufferSize = 65_536

  init(path: String) throws(MediaError) {
    self.path = path
    writtenPath = Self.isSpecial(path) ? path : "\(path).\(getpid()).partial"
    descriptor = open(writtenPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      isOpen = false
      throw .cannotWrite(path: path, reason: MediaError.reason(errno))
    }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    if isOpen { discard() }
  }

  /// Takes bytes; false when they, or some before them, could not be written.
  func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if buffer.count + bytes.count > Self.bufferSize { flush() }
    if bytes.count > Self.bufferSize { write(bytes) } else { buffer.append(contentsOf: bytes) }
    return failure == nil
  }

  /// Throws what went wrong while writing.
  func check() throws(MediaError) {
    if let failure { throw failure }
  }

  /// Writes what is left and gives the file its name. Some file systems report a full disk only when a file is closed.
  func commit() throws(MediaError) {
    flush()
    if failure == nil {
      isOpen = false
      if close(descriptor) != 0 || (writtenPath != path && rename(writtenPath, path) != 0) {
        fail(errno)
        removeTemporary()
      }
    }
    try check()
  }

  private func flush() {
    buffer.withUnsafeBufferPointer { write($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes[...]
    while failure == nil, let start = UnsafeBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let count = Glibc.write(descriptor, start, rest.count)
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { fail(errno) }
    }
  }

  private func fail(_ number: Int32) {
    failure = failure ?? .cannotWrite(path: path, reason: MediaError.reason(number))
  }

  private func discard() {
    close(descriptor)
    removeTemporary()
  }

  private func removeTemporary() {
    if writtenPath != path { unlink(writtenPath) }
  }

  /// Whether something other than a plain file has this name: a device, a pipe, a link, or a directory, which cannot be opened.
  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFREG
  }
}
