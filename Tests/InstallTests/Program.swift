import BundledModels
import Foundation
import TestFolders
import Testing

/// The built program `latentwalk`.
enum Program {
  /// Beside the tests, where the package is built.
  static func path() throws -> String { try #require(BundledModels.programFolder) + "/latentwalk" }

  /// The lines that a program writes to standard output, for a user whose home is empty.
  static func lines(of path: String, _ arguments: String..., home: String) throws -> [Substring] {
    try lines(of: path, arguments, home: home).filter { !$0.isEmpty }
  }

  /// The same, with the empty lines between.
  static func lines(of path: String, _ arguments: [String], home: String) throws -> [Substring] {
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
    return String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }
}

extension TemporaryFolder {
  /// Writes what a model is recognised by into a folder `tiny`, and returns the folder that it is in.
  func model(in name: String) throws -> String {
    try make("\(name)/tiny")
    try write("\(name)/tiny/model_index.json", "{}")
    return file(name)
  }
}
