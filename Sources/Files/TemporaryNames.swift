import Glibc

/// The names beside a file under which it may be written: `walk.gif.1.partial`, `walk.gif.2.partial`, ... The process
/// that writes the file holds its lock (flock); a file without a lock was left by a process that was killed.
struct TemporaryNames {
  /// Their number limits how many writers a file can have at once.
  let all: [String]

  init(for path: String) { all = (1...8).map { "\(path).\($0).partial" } }

  /// Opens an empty file under the first name that no other writer has; nil, with the reason, where that is not
  /// possible.
  func openLocked(errorNumber: inout Int32) -> (name: String, descriptor: Int32)? {
    errorNumber = EBUSY
    for name in all {
      var isNew = true
      var descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor < 0, errno == EEXIST {
        isNew = false
        descriptor = Self.openExisting(name)
      }
      guard descriptor >= 0 else {
        errorNumber = errno
        // Something else may have this name, or another user's file, or the file was renamed a moment ago.
        if isNew { return nil } else { continue }
      }
      if Self.lock(descriptor, name, isNew: isNew), ftruncate(descriptor, 0) == 0 {
        return (name, descriptor)
      }
      close(descriptor)
    }
    return nil
  }

  /// Deletes what processes left that were killed.
  func removeStale(except own: String? = nil) {
    for name in all where name != own {
      let descriptor = Self.openExisting(name)
      guard descriptor >= 0 else { continue }
      if Self.lock(descriptor, name, isNew: false) { unlink(name) }
      close(descriptor)
    }
  }

  /// Without O_NONBLOCK, opening a pipe waits for its reader.
  private static func openExisting(_ name: String) -> Int32 {
    open(name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
  }

  /// Whether the file is locked now and still has its name: another writer may have renamed or deleted it after it was
  /// opened here.
  private static func lock(_ descriptor: Int32, _ name: String, isNew: Bool) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      // Some network file systems have no locks; a file that was made here is then ours.
      return isNew && errno != EWOULDBLOCK
    }
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(name, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }
}
