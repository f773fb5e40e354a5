import Foundation
import Media
import TestFolders
import Testing

@Suite struct WriteErrorTests {
  private let picture = Picture.noise(width: 128, height: 128, seed: 1)

  @Test("a place that does not exist is named before any work is done")
  func noSuchFolder() throws {
    let path = try TemporaryFolder().file("missing/walk.gif")
    let expected = MediaError.cannotWrite(path: path, reason: "no such file or directory")
    #expect(throws: expected) {
      try GIFEncoder(
        path: path, AnimationDescription(width: 8, height: 8, frameCount: 1, framesPerSecond: 10))
    }
    #expect(throws: expected) { try picture.writePNG(to: path) }
  }

  @Test("a folder is not written over")
  func folder() throws {
    let folder = try TemporaryFolder()
    #expect(throws: MediaError.cannotWrite(path: folder.path, reason: "is a directory")) {
      try picture.writePNG(to: folder.path)
    }
  }

  @Test("a device that is full is reported with the reason and what to do", .enabled(if: exists("/dev/full")))
  func fullDevice() throws {
    let sentence =
      "Cannot write /dev/full: no space left on device. Free some space or choose another place."
    let ofPicture = try #require(throws: MediaError.self) { try picture.writePNG(to: "/dev/full") }
    #expect(ofPicture.description == sentence)
    let ofAnimation = try #require(throws: MediaError.self) { try encode([picture], to: "/dev/full") }
    #expect(ofAnimation.description == sentence)
    #expect(exists("/dev/full"))
  }

  @Test(
    "a disk that fills up is reported, and nothing half-written is left on it",
    .enabled(if: canMount(), "A small disk to fill needs the right to mount one."))
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=64k") == 0)
    defer { umount(folder.path) }
    let pictures = (0..<8).map { Picture.noise(width: 128, height: 128, seed: $0) }
    let reason = "no space left on device"
    #expect(throws: MediaError.cannotWrite(path: folder.file("walk.gif"), reason: reason)) {
      try encode(pictures, to: folder.file("walk.gif"))
    }
    #expect(throws: MediaError.cannotWrite(path: folder.file("big.png"), reason: reason)) {
      try Picture.noise(width: 256, height: 256, seed: 1).writePNG(to: folder.file("big.png"))
    }
    #expect(try folder.names() == [])
  }

  @Test("an encoder that is given up leaves no file")
  func abandoned() throws {
    let folder = try TemporaryFolder()
    do {
      let encoder = try GIFEncoder(
        path: folder.file("walk.gif"),
        AnimationDescription(width: 128, height: 128, frameCount: 9, framesPerSecond: 10))
      for _ in 0..<3 { try encoder.add(picture) }
      #expect(try !folder.names().contains("walk.gif"))
    }
    #expect(try folder.names() == [])
  }

  @Test("a frame of another size is refused with both sizes")
  func wrongSize() throws {
    let folder = try TemporaryFolder()
    let encoder = try GIFEncoder(
      path: folder.file("walk.gif"),
      AnimationDescription(width: 64, height: 32, frameCount: 1, framesPerSecond: 10))
    let error = try #require(throws: MediaError.self) { try encoder.add(picture) }
    #expect(error.description.contains("128 x 128") && error.description.contains("64 x 32"))
  }

  @Test("a frame rate that a GIF cannot have is refused", arguments: [0, -1, 50.1, 1e-4, .nan, .infinity])
  func wrongFrameRate(framesPerSecond: Double) throws {
    let path = try TemporaryFolder().file("walk.gif")
    let error = try #require(throws: MediaError.self) {
      try GIFEncoder(
        path: path, AnimationDescription(width: 8, height: 8, frameCount: 1, framesPerSecond: framesPerSecond)
      )
    }
    #expect(error.description.hasSuffix("Choose a number from 0.0016 to 50.0."))
  }

  @Test("a size that a GIF cannot have is refused")
  func tooLarge() throws {
    let path = try TemporaryFolder().file("walk.gif")
    #expect(throws: MediaError.tooLarge(path: path, width: 65_536, height: 1, limit: "65535 pixels a side")) {
      try GIFEncoder(
        path: path, AnimationDescription(width: 65_536, height: 1, frameCount: 1, framesPerSecond: 10))
    }
  }
}

private func exists(_ path: String) -> Bool {
  FileManager.default.fileExists(atPath: path)
}

private func canMount() -> Bool {
  guard let folder = try? TemporaryFolder(), mount("tmpfs", folder.path, "tmpfs", 0, "size=4k") == 0 else {
    return false
  }
  return umount(folder.path) == 0
}
