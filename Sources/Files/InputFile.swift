import Glibc

/// A plain file that is open for reading. Nothing of it is mapped: a file that is cut off or overwritten by another
/// program is an error and never a signal. A file that is deleted or replaced after it was opened is read as it was.
package final class InputFile: Sendable {
  package let path: String
  /// The file as it was when it was opened.
  package let version: FileVersion
  private let descriptor: Int32
  private let linkCount: UInt64

  /// - Throws: `FileError` for anything but a plain file, before anything is read: a pipe would block, /dev/zero never
  ///   ends, and the files of /proc and /sys are no files on a disk.
  package init(path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe waits for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, errorNumber: errno) }
    do throws(FileError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, errorNumber: errno) }
      version = try FileVersion(status, path: path)
      linkCount = UInt64(status.st_nlink)
      guard !Self.isSystemFile(descriptor) else {
        throw .unreadable(path: path, reason: "it is not a file on a disk")
      }
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// In bytes, when the file was opened.
  package var size: Int { version.size }

  /// Fills memory with the bytes from `offset` on.
  /// - Throws: `FileError.changed` if the file is no longer what it was when it was opened.
  package func read(into memory: UnsafeMutableRawBufferPointer, from offset: Int) throws(FileError) {
    var done = 0
    while done < memory.count {
      let count = pread(
        descriptor, memory.baseAddress?.advanced(by: done), memory.count - done, offset + done)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(path: path, errorNumber: errno) }
      guard count > 0 else { throw .changed(path: path) }
      done += count
    }
    try requireUnchanged()
  }

  /// The bytes of a range inside the file.
  package func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      do throws(FileError) {
        try read(
          into: UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<range.count]), from: range.lowerBound)
        count = range.count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// All bytes of a file.
  /// - Parameter limit: longer files are refused before they are read.
  package static func bytes(of path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    guard file.size <= limit else {
      throw .unreadable(path: path, reason: "it has \(file.size) bytes, and at most \(limit) are expected")
    }
    return try file.bytes(0..<file.size)
  }

  /// Compares the file with what it was when it was opened. Deleting or replacing it changes only its number of links,
  /// and with that its change time; its bytes are still those that were opened.
  package func requireUnchanged() throws(FileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, errorNumber: errno) }
    let now = try FileVersion(status, path: path)
    let isRelinked = UInt64(status.st_nlink) != linkCount
    guard now.size == version.size, now.modificationTime == version.modificationTime,
      now.changeTime == version.changeTime || isRelinked
    else { throw .changed(path: path) }
  }

  /// Whether the kernel generates the bytes when they are read, as in /proc/kmsg, where reading waits for the next
  /// message.
  private static func isSystemFile(_ descriptor: Int32) -> Bool {
    var name = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/fd/\(descriptor)", &name, name.count)
    let path = String(decoding: name.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.hasPrefix("/proc/") || path.hasPrefix("/sys/")
  }
}
