import Files
import Glibc

/// A file of this target in the making; it appears when it is complete.
typealias PendingFile = AtomicFile<MediaError>

extension AtomicFile where Failure == MediaError {
  convenience init(path: String) throws(MediaError) {
    try self.init(path: path) { .cannotWrite(path: path, reason: systemReason($0)) }
  }
}

/// Writes a text file, which appears when it is complete.
package func write(_ text: String, toFile path: String) throws {
  let file = try PendingFile(path: path)
  _ = Array(text.utf8).withUnsafeBytes { file.append($0) }
  try file.commit()
}

/// All bytes of a file.
/// - Parameter limit: longer files are refused.
func bytes(ofFile path: String, limit: Int = 1 << 31) throws(MediaError) -> [UInt8] {
  do throws(FileError) {
    return try InputFile.bytes(of: path, limit: limit)
  } catch {
    switch error {
    case .noSuchFile: throw .cannotRead(path: path, reason: systemReason(ENOENT))
    case .unreadable(_, let reason): throw .cannotRead(path: path, reason: reason)
    case .changed: throw .cannotRead(path: path, reason: "it changed while it was being read")
    }
  }
}
