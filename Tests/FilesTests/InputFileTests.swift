import Files
import Foundation
import Testing

@Suite struct InputFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("what is no file on a disk is refused before anything of it is read", .timeLimit(.minutes(1)))
  func special() throws {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for path in [folder.file("pipe"), folder.path, "/dev/zero"] {
      #expect(throws: FileError.unreadable(path: path, reason: "it is not a file")) {
        try InputFile(path: path)
      }
      #expect(throws: FileError.unreadable(path: path, reason: "it is not a file")) {
        try FileDigest(of: path)
      }
    }
    // Only root may open /proc/kmsg, where reading waits for the kernel's next message.
    for path in access("/proc/kmsg", R_OK) == 0 ? ["/proc/kmsg", "/proc/cpuinfo"] : ["/proc/cpuinfo"] {
      #expect(throws: FileError.unreadable(path: path, reason: "it is not a file on a disk")) {
        try FileDigest(of: path)
      }
    }
    #expect(throws: FileError.noSuchFile(path: "/nowhere/model")) { try InputFile(path: "/nowhere/model") }
  }

  @Test("a file longer than is expected is refused before it is read")
  func limit() throws {
    let path = try folder.write("settings", "12345")
    #expect(try InputFile.bytes(of: path, limit: 5) == Array("12345".utf8))
    #expect(throws: FileError.self) { try InputFile.bytes(of: path, limit: 4) }
  }

  @Test("a file that is cut off, overwritten or touched while it is open has changed")
  func changed() throws {
    let path = try folder.write("model", "0123456789")
    let changes: [(String) -> Bool] = [
      { truncate($0, 3) == 0 },
      { truncate($0, 20) == 0 },
      { path in
        let file = open(path, O_WRONLY)
        defer { close(file) }
        return pwrite(file, "x", 1, 0) == 1
      },
      { chmod($0, 0o640) == 0 },
    ]
    for change in changes {
      try folder.write("model", "0123456789")
      let file = try InputFile(path: path)
      #expect(try file.bytes(8..<10) == Array("89".utf8))
      // The clock of files ticks every few milliseconds.
      usleep(20_000)
      #expect(change(path))
      #expect(throws: FileError.changed(path: path)) { try file.bytes(0..<2) }
      #expect(throws: FileError.changed(path: path)) { try FileDigest(of: file) }
    }
  }

  @Test("a file that is deleted or replaced while it is open is read as it was")
  func deleted() throws {
    let path = try folder.write("model", "0123456789")
    let replaced = try InputFile(path: path)
    try folder.write("other", "abcdefghij")
    #expect(rename(folder.file("other"), path) == 0)
    #expect(try replaced.bytes(0..<10) == Array("0123456789".utf8))
    let deleted = try InputFile(path: path)
    #expect(unlink(path) == 0)
    #expect(try deleted.bytes(0..<10) == Array("abcdefghij".utf8))
  }

  @Test("a file whose time lies centuries ahead has a version and a digest like any other")
  func distantTime() throws {
    let path = try folder.write("model", "0123456789")
    var times = [timespec](repeating: timespec(tv_sec: 15_000_000_000, tv_nsec: 0), count: 2)
    try #require(utimensat(AT_FDCWD, path, times, 0) == 0)
    let version = try FileVersion(of: path)
    #expect(try FileDigests(rememberedAt: nil).digest(of: path) == FileDigest(of: "0123456789".utf8))
    times[1].tv_sec -= 1
    try #require(utimensat(AT_FDCWD, path, times, 0) == 0)
    #expect(try FileVersion(of: path).modificationTime != version.modificationTime)
  }
}
