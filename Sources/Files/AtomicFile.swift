import Glibc

/// A file that appears under its name when it is complete; until then, and if it is never completed, what was there
/// before stays.
///
/// Only plain files are replaced. Devices, pipes and symbolic links are written to directly: root could replace
/// /dev/stdout, which links to a plain file when the shell sends the output there.
package final class AtomicFile<Failure: Error> {
  private let file: UnfinishedFile
  private let failure: (_ errorNumber: Int32) -> Failure
  private var buffer: [UInt8] = []
  private var isOpen = true
  /// The first thing that went wrong. Writers that cannot throw, such as giflib's callback, leave it for `check`.
  private var errorNumber: Int32 = 0

  private let bufferSize = 65_536

  /// - Parameters:
  ///   - isUnnamed: whether the file may have no name while it is written, where the file system can do that.
  ///   - failure: the error for a number of the system's (`errno`).
  package init(
    path: String, isUnnamed: Bool = true, failure: @escaping (_ errorNumber: Int32) -> Failure
  ) throws(Failure) {
    var errorNumber: Int32 = 0
    guard let file = UnfinishedFile(path: path, isUnnamed: isUnnamed, errorNumber: &errorNumber) else {
      throw failure(errorNumber)
    }
    self.file = file
    self.failure = failure
    buffer.reserveCapacity(bufferSize)
  }

  deinit { if isOpen { file.discard() } }

  /// Where the bytes are until the file is complete, for a program that writes or reads them by itself. Only for files
  /// that are not unnamed.
  package var unfinishedPath: String { file.currentPath }

  /// Takes bytes; false if they, or some before them, could not be written, or the file is complete.
  package func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard isOpen else { return false }
    if buffer.count + bytes.count > bufferSize { flush() }
    if bytes.count > bufferSize { write(bytes) } else { buffer.append(contentsOf: bytes) }
    return errorNumber == 0
  }

  package func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { append(UnsafeRawBufferPointer(bytes)) }

  /// Throws what went wrong while writing.
  package func check() throws(Failure) {
    if errorNumber != 0 { throw failure(errorNumber) }
  }

  /// Writes what is left, waits until it is on the disk, and gives the file its name. Once only: the descriptor is
  /// closed then.
  package func commit() throws(Failure) {
    guard isOpen else { throw failure(EBADF) }
    flush()
    if errorNumber == 0 {
      isOpen = false
      errorNumber = file.publish()
    }
    try check()
  }

  /// Hands all bytes so far to the system.
  package func flush() {
    buffer.withUnsafeBytes { write($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while errorNumber == 0, !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = Glibc.write(file.descriptor, part.baseAddress, part.count)
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { errorNumber = errno }
    }
  }
}
