import FoundationEssentials
import Glibc

/// The JSON file in which digests are remembered. Several processes may add to it at once.
struct DigestFile: Sendable {
  struct Entry: Codable, Sendable {
    let version: FileVersion
    let digest: FileDigest
  }

  private struct Contents: Codable {
    var schema = 1
    var files: [String: Entry]
  }

  /// A thousand files take a third of a megabyte.
  private static let largestSize = 1 << 26

  let path: String

  /// What is remembered; nothing where the file is missing or damaged.
  func read() -> [String: Entry] {
    guard let bytes = try? InputFile.bytes(of: path, limit: Self.largestSize),
      let contents = try? JSONDecoder().decode(Contents.self, from: Data(bytes)), contents.schema == 1
    else { return [:] }
    return contents.files
  }

  /// Adds entries to what is in the file now, and drops those whose files are gone.
  /// - Returns: what the file holds then; nil where it cannot be written.
  func add(_ entries: [String: Entry]) -> [String: Entry]? {
    guard makeFolder(), let lock = lock() else { return nil }
    defer { close(lock) }
    let files = read().merging(entries) { $1 }.filter { access($0.key, F_OK) == 0 }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    struct Unwritable: Error {}
    guard let bytes = try? encoder.encode(Contents(files: files)),
      let file = try? AtomicFile(path: path, failure: { _ in Unwritable() }),
      bytes.withUnsafeBytes({ file.append($0) }), (try? file.commit()) != nil
    else { return nil }
    return files
  }

  private func makeFolder() -> Bool {
    let folder = folder(of: path)
    if access(folder, W_OK) == 0 { return true }
    return (try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true))
      != nil
  }

  /// The lock of all that write the file; nil if another process holds it for more than a second.
  private func lock() -> Int32? {
    let descriptor = open(path + ".lock", O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { return nil }
    for _ in 0..<100 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
      guard errno == EWOULDBLOCK else { break }
      usleep(10_000)
    }
    close(descriptor)
    return nil
  }
}
