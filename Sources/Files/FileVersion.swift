import Glibc

/// What the file system says about a plain file. Two equal versions of one path hold the same bytes.
public struct FileVersion: Hashable, Sendable, Codable {
  /// In bytes.
  public let size: Int
  /// When the contents were last written, in nanoseconds since 1970. Programs can set it.
  public let modificationTime: Int
  /// When the contents or the properties were last changed, in nanoseconds since 1970. Only the system sets it.
  public let changeTime: Int
  public let inode: UInt64

  /// - Throws: `FileError` if there is no plain file at the path. Symbolic links are followed; nothing is opened.
  public init(of path: String) throws(FileError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError(path: path, errorNumber: errno) }
    try self.init(status, path: path)
  }

  init(_ status: stat, path: String) throws(FileError) {
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a file")
    }
    // A program may set a time after the year 2262, whose nanoseconds exceed an integer and wrap around.
    func nanoseconds(_ time: timespec) -> Int { time.tv_sec &* 1_000_000_000 &+ time.tv_nsec }
    size = Int(status.st_size)
    modificationTime = nanoseconds(status.st_mtim)
    changeTime = nanoseconds(status.st_ctim)
    inode = UInt64(status.st_ino)
  }
}
