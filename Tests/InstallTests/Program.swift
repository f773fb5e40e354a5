import BundledModels
import Foundation
import Testing

/// The built program `latentwalk`.
enum Program {
  /// Beside the tests, where the package is built.
  static func path() throws -> String { try #require(BundledModels.programFolder) + "/latentwalk" }

  /// The lines that a program writes to standard output, for a user whose home is empty.
  static func lines(of path: String, _ arguments: String..., home: String) throws -> [Substring] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ["HOME": home]
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
  }
}

/// A folder for one test, removed when the test ends. Symbolic links in its path are resolved.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "latentwalk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.resolvingSymlinksInPath().path
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
  }

  /// Writes what a model is recognised by into a folder `tiny`, and returns the folder that it is in.
  func model(in name: String) throws -> String {
    try makeFolder("\(name)/tiny")
    try Data("{}".utf8).write(to: URL(filePath: file("\(name)/tiny/model_index.json")))
    return file(name)
  }
}
