import Checkpoints
import Foundation

/// A folder for the files of one test; it goes when the test ends.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }

  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  /// Writes an array of zeros of this shape as float32.
  func writeZeros(_ name: String, _ shape: [Int]) throws {
    try NumpyArray(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *))).write(
      to: file(name))
  }

  func make(_ subfolder: String) throws {
    try FileManager.default.createDirectory(atPath: file(subfolder), withIntermediateDirectories: true)
  }

  func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: destination)
  }

  func isLink(_ name: String) throws -> Bool {
    try FileManager.default.attributesOfItem(atPath: file(name))[.type] as? FileAttributeType
      == .typeSymbolicLink
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: file(name)) }

  /// The names of what is in the folder, sorted.
  func names(in subfolder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + subfolder).sorted()
  }
}
