import Files
import Foundation
import Testing

@Suite struct FileDigestTests {
  let folder: TemporaryFolder
  let cache: String

  init() throws {
    folder = try TemporaryFolder()
    cache = folder.file("cache/digests.json")
  }

  /// A file that is old enough to be remembered.
  private func settled(_ name: String, _ text: String) throws -> String {
    let path = try folder.write(name, text)
    usleep(30_000)
    return path
  }

  @Test("digests are those of FIPS 180-4's examples")
  func examples() throws {
    // "", "abc" and a million of the letter a: NIST's examples for SHA-256.
    let examples = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    for (text, expected) in examples {
      let digest = try FileDigest(of: folder.write("file", text))
      #expect(digest.hexadecimal == expected && digest.short == String(expected.prefix(10)))
      #expect(FileDigest(of: text.utf8) == digest)
      #expect(FileDigest(hexadecimal: expected.uppercased()) == digest)
    }
    #expect(FileDigest(hexadecimal: "ba7816bf") == nil)
    #expect(FileDigest(hexadecimal: String(repeating: "g", count: 64)) == nil)
  }

  @Test("a digest is remembered for the next process, and a changed file is read again")
  func remembers() throws {
    let path = try settled("model", "abc")
    let digest = try FileDigests(rememberedAt: cache).digest(of: path)
    // Another digest in the cache shows where the next one comes from.
    let forged = FileDigest(of: "another".utf8)
    let text = try folder.text("cache/digests.json")
    try folder.write("cache/digests.json", text.replacing(digest.hexadecimal, with: forged.hexadecimal))
    #expect(try FileDigests(rememberedAt: cache).digest(of: path) == forged)

    // Other bytes, as many, with the old time of modification: only the change time tells.
    var times = stat()
    #expect(stat(path, &times) == 0)
    let file = open(path, O_WRONLY)
    #expect(pwrite(file, "xyz", 3, 0) == 3)
    #expect(futimens(file, [times.st_atim, times.st_mtim]) == 0)
    close(file)
    #expect(try FileDigests(rememberedAt: cache).version(of: path).size == 3)
    #expect(try FileDigests(rememberedAt: cache).digest(of: path) == FileDigest(of: "xyz".utf8))
  }

  @Test("files are found by the beginning of their digests as long as they are unchanged")
  func knownPaths() throws {
    let digests = FileDigests(rememberedAt: cache)
    let path = try settled("model", "abc")
    _ = try digests.digest(of: path)
    #expect(digests.knownPaths(with: "BA7816bf8f") == [path])
    #expect(FileDigests(rememberedAt: cache).knownPaths(with: "ba78") == [path])
    #expect(digests.knownPaths(with: "ba79").isEmpty && digests.knownPaths(with: "").isEmpty)
    try folder.write("model", "abcd")
    #expect(digests.knownPaths(with: "ba7816bf8f").isEmpty)
  }

  @Test("what other processes remembered is kept, and files that are gone are forgotten")
  func merges() throws {
    let (first, second) = (FileDigests(rememberedAt: cache), FileDigests(rememberedAt: cache))
    #expect(first.knownPaths(with: "b").isEmpty && second.knownPaths(with: "b").isEmpty)
    let paths = try ["a", "b", "c"].map { try settled($0, $0) }
    _ = try first.digest(of: paths[0])
    _ = try second.digest(of: paths[1])
    #expect(try folder.text("cache/digests.json").contains(paths[0]))
    #expect(try folder.text("cache/digests.json").contains(paths[1]))
    #expect(unlink(paths[0]) == 0)
    _ = try first.digest(of: paths[2])
    #expect(try !folder.text("cache/digests.json").contains(paths[0]))
    #expect(try folder.text("cache/digests.json").contains(paths[1]))
  }

  @Test("a cache that is damaged, of another kind or not writable is no error")
  func badCache() throws {
    let path = try settled("model", "abc")
    try FileManager.default.createDirectory(atPath: folder.file("cache"), withIntermediateDirectories: true)
    for damage in ["", "{", "[]", "{\"schema\":2,\"files\":{}}", "{\"files\":{\"\(path)\":3}}"] {
      try folder.write("cache/digests.json", damage)
      #expect(try FileDigests(rememberedAt: cache).digest(of: path) == FileDigest(of: "abc".utf8))
      #expect(try folder.text("cache/digests.json").contains("ba7816bf8f"), "\(damage) is replaced.")
    }
    for unwritable in ["/proc/latentwalk/digests.json", folder.path, path + "/digests.json", nil] {
      let digests = FileDigests(rememberedAt: unwritable)
      #expect(try digests.digest(of: path) == FileDigest(of: "abc".utf8))
      #expect(digests.knownPaths(with: "ba78") == [path])
    }
  }

  @Test("many tasks remember digests at once")
  func concurrency() async throws {
    let paths = try (0..<20).map { try folder.write("model-\($0)", "\($0)") }
    usleep(30_000)
    await withTaskGroup { group in
      for path in paths {
        group.addTask { [cache] in
          _ = try? FileDigests(rememberedAt: cache).digest(of: path)
        }
      }
    }
    let text = try folder.text("cache/digests.json")
    for path in paths { #expect(text.contains("\"\(path)\"")) }
  }
}
