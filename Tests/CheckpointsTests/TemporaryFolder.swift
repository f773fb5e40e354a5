import Checkpoints
import Foundation
import ModelFiles
import Testing

/// A folder for the files of one test; deleted when the test ends.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders that its name needs, and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let file = path + "/" + name
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }
}

/// The bytes of a safetensors file with this header; `claiming` lies about its length.
func safetensors(_ header: String, data: [UInt8] = [], claiming length: UInt64? = nil) -> [UInt8] {
  let header = Array(header.utf8)
  return littleEndian(length ?? UInt64(header.count)) + header + data
}

/// The bytes of a safetensors file with float32 tensors, one after the other.
func safetensors(_ tensors: KeyValuePairs<String, (shape: [Int], values: [Float])>) -> [UInt8] {
  var rows: [String] = []
  var data: [UInt8] = []
  for (name, tensor) in tensors {
    let begin = data.count
    data += tensor.values.flatMap { littleEndian($0.bitPattern) }
    rows.append(
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(tensor.shape),\"data_offsets\":[\(begin),\(data.count)]}")
  }
  return safetensors("{\(rows.joined(separator: ","))}", data: data)
}

/// The sentence of the error that an expression throws.
func sentence(_ body: () throws -> some Any, sourceLocation: SourceLocation = #_sourceLocation) -> String {
  do {
    _ = try body()
    Issue.record("No error was thrown.", sourceLocation: sourceLocation)
    return ""
  } catch let error as CheckpointError {
    return error.description
  } catch {
    Issue.record("Not an error of a checkpoint: \(error)", sourceLocation: sourceLocation)
    return ""
  }
}
