import Glibc

/// The open descriptor of a file that is not complete yet, and the way in which it gets its name.
///
/// Where the file system allows it the file has no name (O_TMPFILE of open(2)), so that nothing is left of a process
/// that is killed. Elsewhere, and between the two calls that replace an existing file, it has a temporary name and is
/// locked: the lock ends with the process, and the next writer of the same path takes the name or deletes the file.
struct UnfinishedFile {
  private enum Kind {
    /// Written in place: a device, a pipe, a symbolic link.
    case direct
    case unnamed
    case named(String)
  }

  let descriptor: Int32
  private let path: String
  private let kind: Kind

  /// Nil, with the reason in `errorNumber`, where no file can be written.
  init?(path: String, isUnnamed: Bool, errorNumber: inout Int32) {
    self.path = path
    if Self.isSpecial(path) {
      kind = .direct
      descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    } else if isUnnamed, let unnamed = Self.unnamedFile(in: folder(of: path)) {
      kind = .unnamed
      descriptor = unnamed
    } else {
      let names = TemporaryNames(for: path)
      guard let (name, named) = names.openLocked(errorNumber: &errorNumber) else { return nil }
      kind = .named(name)
      descriptor = named
      names.removeStale(except: name)
    }
    guard descriptor >= 0 else {
      errorNumber = errno
      return nil
    }
  }

  var currentPath: String {
    if case .named(let name) = kind { name } else { path }
  }

  /// Closes the file under its name. Some file systems report a full disk only when a file is synchronised or closed.
  /// - Returns: 0, or the number of the error; nothing is left behind then.
  func publish() -> Int32 {
    var errorNumber: Int32 = 0
    // What cannot be synchronised, such as a pipe, refuses with EINVAL.
    if fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP, errno != EROFS { errorNumber = errno }
    switch kind {
    case .direct:
      if close(descriptor) != 0, errorNumber == 0 { errorNumber = errno }
      return errorNumber
    case .named(let name):
      // The lock is held until the temporary name is gone.
      if errorNumber == 0, rename(name, path) != 0 { errorNumber = errno }
      if errorNumber != 0 { unlink(name) }
    case .unnamed:
      if errorNumber == 0 { errorNumber = link() }
    }
    if close(descriptor) != 0, errorNumber == 0 { errorNumber = errno }
    return errorNumber
  }

  func discard() {
    if case .named(let name) = kind { unlink(name) }
    close(descriptor)
  }

  /// Gives an unnamed file its name. Linking never replaces a file, renaming does.
  private func link() -> Int32 {
    if Self.link(descriptor, to: path) { return 0 }
    guard errno == EEXIST else { return errno }
    let names = TemporaryNames(for: path)
    names.removeStale()
    for name in names.all {
      if Self.link(descriptor, to: name) {
        if rename(name, path) == 0 { return 0 }
        let errorNumber = errno
        unlink(name)
        return errorNumber
      }
      guard errno == EEXIST else { return errno }
    }
    return EBUSY
  }

  private static func link(_ descriptor: Int32, to path: String) -> Bool {
    linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
  }

  /// A locked file without a name; nil where the file system or a missing /proc does not allow it.
  private static func unnamedFile(in folder: String) -> Int32? {
    // O_TMPFILE, a macro that Swift does not import.
    let unnamed = 0x40_0000 | O_DIRECTORY
    let descriptor = open(folder, unnamed | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return nil }
    guard access("/proc/self/fd/\(descriptor)", F_OK) == 0 else {
      close(descriptor)
      return nil
    }
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    return descriptor
  }

  /// Whether something other than a plain file has this name: a device, a pipe, a link, or a directory, which cannot be
  /// opened.
  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFREG
  }
}

/// Whether there is a folder at a path.
package func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The folder of a file.
package func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
