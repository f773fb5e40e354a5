import Files
import Foundation
import Testing

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "a file appears when it is complete, with the permissions that umask leaves", arguments: [true, false])
  func appears(isUnnamed: Bool) throws {
    let path = folder.file("walk.gif")
    let file = try AtomicFile(path: path, isUnnamed: isUnnamed) { ErrorNumber(value: $0) }
    let large = [UInt8](repeating: 7, count: 200_000)
    #expect(append("GIF", to: file) && large.withUnsafeBytes { file.append($0) } && append("end", to: file))
    #expect(!folder.names.contains("walk.gif"))
    try file.commit()
    #expect(folder.names == ["walk.gif"])
    #expect(try folder.bytes("walk.gif") == Array("GIF".utf8) + large + Array("end".utf8))
    let mask = umask(0)
    umask(mask)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o666 & ~mask)
  }

  @Test("until a file is complete, and if it never is, what was there stays", arguments: [true, false])
  func replaces(isUnnamed: Bool) throws {
    try folder.write("walk.gif", "old")
    do {
      let file = try AtomicFile(path: folder.file("walk.gif"), isUnnamed: isUnnamed) {
        ErrorNumber(value: $0)
      }
      #expect(append("abandoned", to: file))
    }
    #expect(folder.names == ["walk.gif"])
    #expect(try folder.text("walk.gif") == "old")
    try write("new", to: folder.file("walk.gif"), isUnnamed: isUnnamed)
    #expect(folder.names == ["walk.gif"])
    #expect(try folder.text("walk.gif") == "new")
  }

  @Test("two writers of one file do not disturb each other", arguments: [true, false], [true, false])
  func twoWriters(isFirstUnnamed: Bool, isSecondUnnamed: Bool) throws {
    let path = folder.file("walk.gif")
    let first = try AtomicFile(path: path, isUnnamed: isFirstUnnamed) { ErrorNumber(value: $0) }
    let second = try AtomicFile(path: path, isUnnamed: isSecondUnnamed) { ErrorNumber(value: $0) }
    #expect(append("first", to: first) && append("second", to: second))
    try second.commit()
    #expect(try folder.text("walk.gif") == "second")
    try first.commit()
    #expect(try folder.text("walk.gif") == "first")
    #expect(folder.names == ["walk.gif"])
  }

  @Test("links and devices are written to and stay")
  func special() throws {
    try folder.write("target", "old and longer")
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "target")
    try write("new", to: folder.file("link"))
    #expect(try folder.text("target") == "new")
    #expect(folder.names == ["link", "target"])
    try write("nothing", to: "/dev/null")
    #expect(throws: ErrorNumber(value: ENOSPC)) { try write("nothing", to: "/dev/full") }
  }

  @Test("a place that cannot be written is refused with the reason")
  func refused() {
    #expect(throws: ErrorNumber(value: ENOENT)) { try write("", to: folder.file("nowhere/walk.gif")) }
    #expect(throws: ErrorNumber(value: EISDIR)) { try write("", to: folder.path) }
    #expect(throws: ErrorNumber(value: ENOENT)) { try write("", to: "") }
  }

  @Test("of a process that is killed while it writes nothing is left under the name")
  func killed() async throws {
    try folder.write("walk.gif", "old")
    let path = folder.file("walk.gif")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let file = try AtomicFile(path: path) { ErrorNumber(value: $0) }
      _ = append("half", to: file)
      kill(getpid(), SIGKILL)
    }
    #expect(folder.names == ["walk.gif"])
    #expect(try folder.text("walk.gif") == "old")
  }

  @Test("where a file has a name while it is written, the next writer deletes what a killed one left")
  func killedNamed() async throws {
    let path = folder.file("walk.gif")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let first = try AtomicFile(path: path, isUnnamed: false) { ErrorNumber(value: $0) }
      let second = try AtomicFile(path: path, isUnnamed: false) { ErrorNumber(value: $0) }
      _ = append("half", to: first) && append("half", to: second)
      kill(getpid(), SIGKILL)
    }
    #expect(folder.names == ["walk.gif.1.partial", "walk.gif.2.partial"])
    try write("whole", to: path, isUnnamed: false)
    #expect(folder.names == ["walk.gif"])
    #expect(try folder.text("walk.gif") == "whole")
  }

  @Test("a process that is killed at any moment leaves a whole file, and nothing empty", arguments: 1...8)
  func killedAnywhere(round: UInt32) async throws {
    try folder.write("walk.gif", "0")
    let path = folder.file("walk.gif")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, round = round as UInt32] in
      Thread.detachNewThread {
        usleep(3000 + 1700 * round)
        kill(getpid(), SIGKILL)
      }
      for length in 1... {
        try write(String(repeating: "\(length % 10)", count: 1 + length % 9), to: path)
      }
    }
    for name in folder.names { #expect(try folder.bytes(name).count > 0, "\(name)") }
    let text = try folder.text("walk.gif")
    #expect(Set(text).count == 1)
    try write("after", to: path)
    #expect(folder.names == ["walk.gif"])
  }

  @Test("a temporary name that a pipe or a directory has is left alone", .timeLimit(.minutes(1)))
  func occupiedNames() throws {
    #expect(mkfifo(folder.file("walk.gif.1.partial"), 0o600) == 0)
    #expect(mkdir(folder.file("walk.gif.2.partial"), 0o700) == 0)
    for isUnnamed in [false, true] {
      try write("\(isUnnamed)", to: folder.file("walk.gif"), isUnnamed: isUnnamed)
      #expect(try folder.text("walk.gif") == "\(isUnnamed)")
    }
    #expect(folder.names == ["walk.gif", "walk.gif.1.partial", "walk.gif.2.partial"])
  }

  @Test("a file that is complete takes no more bytes")
  func afterCommit() throws {
    let path = folder.file("walk.gif")
    let file = try AtomicFile(path: path) { ErrorNumber(value: $0) }
    #expect(append("GIF", to: file))
    try file.commit()
    #expect(!append("more", to: file))
    #expect(throws: ErrorNumber(value: EBADF)) { try file.commit() }
    #expect(try folder.text("walk.gif") == "GIF")
  }
}

struct ErrorNumber: Error, Equatable {
  let value: Int32
}

private func append(_ text: String, to file: AtomicFile<ErrorNumber>) -> Bool {
  Array(text.utf8).withUnsafeBytes { file.append($0) }
}

private func write(_ text: String, to path: String, isUnnamed: Bool = true) throws {
  let file = try AtomicFile(path: path, isUnnamed: isUnnamed) { ErrorNumber(value: $0) }
  _ = append(text, to: file)
  try file.commit()
}
