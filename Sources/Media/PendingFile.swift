import Files
import Glibc

/// A file of this target in the making; it appears when it is complete.
typealias PendingFile = AtomicFile<MediaError>

extension AtomicFile where Failure == MediaError {
  convenience init(path: String, isUnnamed: Bool = true) throws(MediaError) {
    try self.init(path: path, isUnnamed: isUnnamed) { .cannotWrite(path: path, reason: systemReason($0)) }
  }
}

/// Writes a text file, which appears when it is complete.
package func write(_ text: String, toFile path: String) throws {
  let file = try PendingFile(path: path)
  _ = Array(text.utf8).withUnsafeBytes { file.append($0) }
  try file.commit()
}

/// Finds out whether a file can be written, with an empty file beside it that is deleted again; trying is the only sure
/// way: permissions, read-only disks and /proc refuse in different ways. A symbolic link leads to a file of its own.
package func tryWriting(toFile path: String) throws(MediaError) {
  var status = stat()
  if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
    guard access(path, W_OK) == 0 || errno == ENOENT else {
      throw .cannotWrite(path: path, reason: systemReason(errno))
    }
  } else {
    // Its name is one of those under which the file itself may be written.
    _ = try PendingFile(path: path, isUnnamed: false)
  }
}

/// Whether a path leads to a device or a pipe and not to a place for files. /dev/stdout is one, also where the shell
/// redirects it into a file; /dev/shm/walk.gif is none.
package func isDevice(_ path: String) -> Bool {
  var status = stat()
  let isFile = stat(path, &status) != 0 || [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  return !isFile || ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/")
}

/// All bytes of a file.
/// - Parameter limit: longer files are refused.
func bytes(ofFile path: String, limit: Int = 1 << 31) throws(MediaError) -> [UInt8] {
  do throws(FileError) {
    return try InputFile.bytes(of: path, limit: limit)
  } catch {
    throw MediaError(error)
  }
}

extension MediaError {
  init(_ error: FileError) {
    self =
      switch error {
      case .noSuchFile(let path): .cannotRead(path: path, reason: systemReason(ENOENT))
      case .unreadable(let path, let reason): .cannotRead(path: path, reason: reason)
      case .changed(let path): .cannotRead(path: path, reason: "it changed while it was being read")
      }
  }
}
