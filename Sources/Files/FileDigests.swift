import Glibc
import Synchronization

/// The digests of files, computed once and remembered by path and version, also for the next process.
///
///     let digests = FileDigests()
///     let digest = try digests.digest(of: "v1-5-pruned-emaonly.safetensors")     // seconds
///     let again = try digests.digest(of: "v1-5-pruned-emaonly.safetensors")      // microseconds
public final class FileDigests: Sendable {
  /// `$XDG_CACHE_HOME/latentwalk/digests.json`, otherwise `~/.cache/latentwalk/digests.json`; nil without a home.
  public static var standardPath: String? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    let folder = variable("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (folder ?? variable("HOME").map { $0 + "/.cache" }).map { $0 + "/latentwalk/digests.json" }
  }

  private let file: DigestFile?
  /// Nil before the file is read, which happens on first use.
  private let entries = Mutex<[String: DigestFile.Entry]?>(nil)

  /// - Parameter path: the JSON file in which digests are remembered; nil to remember them in memory only. A file that
  ///   is missing, damaged or cannot be written is no error: digests are then computed again.
  public init(rememberedAt path: String? = standardPath) { file = path.map(DigestFile.init) }

  /// The digest of a plain file, read only if it is new or has changed.
  /// - Throws: `FileError`, also if the file changes while it is read.
  public func digest(of path: String) throws(FileError) -> FileDigest {
    let absolutePath = absolute(path)
    let version = try version(of: path)
    if let known = known()[absolutePath], known.version == version { return known.digest }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let opened = try InputFile(path: path)
    let digest = try FileDigest(of: opened)
    // The system's clock for files ticks every few milliseconds: a file written twice within a tick has one version.
    // One that is so young is not remembered.
    let age = now.tv_sec &* 1_000_000_000 &+ now.tv_nsec &- opened.version.changeTime
    if age > 20_000_000 {
      remember(DigestFile.Entry(version: opened.version, digest: digest), at: absolutePath)
    }
    return digest
  }

  /// Size, times and inode of a plain file, by which its digest is remembered.
  public func version(of path: String) throws(FileError) -> FileVersion { try FileVersion(of: path) }

  /// The paths of remembered files, unchanged since, whose digests begin with `prefix`.
  /// - Parameter prefix: hexadecimal digits; none are found for an empty text.
  public func knownPaths(with prefix: String) -> [String] {
    let prefix = prefix.lowercased()
    guard !prefix.isEmpty else { return [] }
    return known().filter { path, entry in
      entry.digest.hexadecimal.hasPrefix(prefix) && (try? FileVersion(of: path)) == entry.version
    }.keys.sorted()
  }

  /// The paths of remembered files of this name, unchanged since.
  public func knownPaths(named name: String) -> [String] {
    known().filter { path, entry in
      path.hasSuffix("/" + name) && (try? FileVersion(of: path)) == entry.version
    }.keys.sorted()
  }

  private func known() -> [String: DigestFile.Entry] {
    entries.withLock { entries in
      let known = entries ?? file?.read() ?? [:]
      entries = known
      return known
    }
  }

  private func remember(_ entry: DigestFile.Entry, at path: String) {
    entries.withLock { entries in
      entries = (entries ?? [:]).merging([path: entry]) { $1 }
      if let merged = file?.add([path: entry]) { entries?.merge(merged) { own, _ in own } }
    }
  }
}

/// A path from the root, so that it means the same in every folder.
private func absolute(_ path: String) -> String {
  guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
  defer { free(folder) }
  return String(cString: folder) + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
}
