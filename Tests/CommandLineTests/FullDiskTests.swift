import Foundation
import Glibc
import TestFolders
import Testing

/// A disk that is full: one sentence, nothing half-written, and what is finished stays. The disk is a small one in
/// memory, which only root can mount.
@Suite(.enabled(if: SmallDisk.isPossible, "Only root can mount a small disk."))
struct FullDiskTests {
  private let folder: TemporaryFolder
  private let disk: SmallDisk
  private let walk = [
    "interpolate", "a dog", "a cat", "--model", "two-stages", "--steps", "1", "--batch", "1", "--seed", "1",
  ]

  init() throws {
    folder = try TemporaryFolder()
    disk = try SmallDisk(in: folder, kilobytes: 128)
  }

  private func render() throws -> Program.Run {
    let size = ["--width", "48", "--height", "48", "--frames", "6"]
    return try Program(walk + size + ["-o", "disk/walk.gif"], in: folder.path).finished()
  }

  private func expectNothingHalfWritten(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let names =
      try folder.names(in: "disk")
      + (folder.has("disk/walk.gif.frames") ? folder.names(in: "disk/walk.gif.frames") : [])
    #expect(!names.contains { $0.contains("partial") || $0 == "walk.gif" }, sourceLocation: sourceLocation)
  }

  @Test("no room for the recipe leaves nothing behind")
  func recipe() throws {
    try disk.fill(leaving: 0)
    expectRefusal(try render(), 1, "disk/walk.gif.frames", "no space left on device", "choose another place")
    #expect(try folder.names(in: "disk") == ["filling"])
  }

  @Test("no room for a frame keeps those before it, and with room the next run resumes")
  func frame() throws {
    // Room for the recipe's page and for two frames of two pages each, but not for a third.
    try disk.fill(leaving: 24)
    let full = try render()
    expectRefusal(full, 1, "walk.gif.frames/frame-0000", "no space left on device")
    #expect(
      full.errors.contains(
        "in disk/walk.gif.frames. To resume, run the same command"))
    try expectNothingHalfWritten()
    let frames = try folder.names(in: "disk/walk.gif.frames").count - 1
    #expect((1...5).contains(frames))

    try folder.remove("disk/filling")
    let resumed = try render()
    expectDone(resumed, "disk/walk.gif")
    #expect(resumed.errors.contains("\(frames) frame"))
    #expect(try folder.names(in: "disk") == ["walk.gif"])
  }

  @Test("no room for the animation keeps all frames")
  func animation() throws {
    expectDone(try render(), "disk/walk.gif")
    let size = try folder.bytes("disk/walk.gif").count
    try folder.remove("disk/walk.gif")

    // The frames go elsewhere; the animation is larger than a page.
    #expect(size > 4096)
    try disk.fill(leaving: 4)
    let arguments =
      walk + [
        "--width", "48", "--height", "48", "--frames", "6", "-o", "disk/walk.gif", "--frames-directory",
        "frames",
      ]
    let full = try Program(arguments, in: folder.path).finished()
    expectRefusal(full, 1, "disk/walk.gif", "no space left on device")
    #expect(full.errors.contains("6 of 6 frames are finished and stay in frames."))
    try expectNothingHalfWritten()
    try folder.remove("disk/filling")
    expectDone(try Program(arguments, in: folder.path).finished(), "disk/walk.gif")
  }

  @Test("no room for a picture, its latents or an embedding leaves nothing half-written")
  func files() throws {
    try disk.fill(leaving: 0)
    let image = ["image", "a dog", "--model", "two-stages", "--steps", "1", "--seed", "1"]
    expectRefusal(
      try Program(image + ["-o", "disk/dog.png"], in: folder.path).finished(), 1, "disk/dog.png",
      "no space left on device")
    let latents = try Program(image + ["--latents-output", "disk/dog.npy"], in: folder.path).finished()
    expectRefusal(latents, 1, "disk/dog.npy", "o space left on device")
    let encode = ["encode", "a dog", "--model", "two-stages", "-o", "disk/dog.npy"]
    expectRefusal(
      try Program(encode, in: folder.path).finished(), 1, "disk/dog.npy", "o space left on device")
    #expect(try folder.names(in: "disk") == ["filling"])
  }
}

/// A disk of a few kilobytes, mounted as `disk` in a folder as long as this object lives.
final class SmallDisk {
  /// Kept, so that it is deleted after the disk.
  private let folder: TemporaryFolder
  private var path: String { folder.file("disk") }

  static let isPossible: Bool = {
    let path = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"
    guard mkdir(path, 0o700) == 0 else { return false }
    defer { rmdir(path) }
    guard mount("tmpfs", path, "tmpfs", 0, "size=16k") == 0 else { return false }
    return umount(path) == 0
  }()

  init(in folder: TemporaryFolder, kilobytes: Int) throws {
    self.folder = folder
    try folder.make("disk")
    try #require(mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0)
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Fills the disk with a file, `filling`, up to so many free kilobytes.
  func fill(leaving kilobytes: Int) throws {
    let file = open(path + "/filling", O_WRONLY | O_CREAT, 0o600)
    defer { close(file) }
    let page = [UInt8](repeating: 1, count: 4096)
    while write(file, page, page.count) == page.count {}
    try #require(errno == ENOSPC)
    let size = lseek(file, 0, SEEK_END)
    try #require(ftruncate(file, size - kilobytes * 1024) == 0)
  }
}
