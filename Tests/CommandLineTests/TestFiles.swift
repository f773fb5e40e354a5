import Checkpoints
import Foundation
import TestFolders

extension TemporaryFolder {
  /// Writes an array of zeros of this shape as float32.
  func writeZeros(_ name: String, _ shape: [Int]) throws {
    try NumpyArray(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *))).write(
      to: file(name))
  }

  func isLink(_ name: String) throws -> Bool {
    try FileManager.default.attributesOfItem(atPath: file(name))[.type] as? FileAttributeType
      == .typeSymbolicLink
  }

  static let unet = "model/unet/diffusion_pytorch_model.safetensors"

  /// A model of one's own to damage, in the folder `model`.
  func copyModel() throws {
    try FileManager.default.copyItem(atPath: TinyModel.path("two-stages"), toPath: file("model"))
  }

  /// Replaces the first occurrence of a text in a file.
  func replace(_ old: String, _ new: String, in name: String) throws {
    let text = String(decoding: try bytes(name), as: UTF8.self)
    guard let range = text.range(of: old) else { throw NotFound(text: old, file: name) }
    try write(name, text.replacingCharacters(in: range, with: new).utf8)
  }

  /// Changes the table of the UNet's file, one tensor's row at a time.
  func editTable(_ tensor: String, _ edit: (inout [String: Any]) -> Void) throws {
    let file = try bytes(Self.unet)
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var table =
      try JSONSerialization.jsonObject(with: file.subdata(in: 8..<8 + length)) as? [String: Any] ?? [:]
    guard var row = table[tensor] as? [String: Any] else { throw NotFound(text: tensor, file: Self.unet) }
    edit(&row)
    table[tensor] = row
    let header = try JSONSerialization.data(withJSONObject: table)
    let size = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
    try write(Self.unet, size + header + file[(8 + length)...])
  }

  /// Gives a tensor of the UNet's file another name.
  func renameTensor(_ old: String, _ new: String) throws {
    precondition(old.utf8.count == new.utf8.count, "The table keeps its length.")
    var file = try bytes(Self.unet)
    guard let range = file.range(of: Data("\"\(old)\"".utf8)) else {
      throw NotFound(text: old, file: Self.unet)
    }
    file.replaceSubrange(range, with: Data("\"\(new)\"".utf8))
    try write(Self.unet, file)
  }

  private struct NotFound: Error {
    let text: String
    let file: String
  }
}
