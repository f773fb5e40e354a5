import Checkpoints
import Foundation
import Tensors

/// A file for one test, deleted when the test ends.
final class TemporaryFile {
  let path: String

  init(_ bytes: some Sequence<UInt8>, name: String = "file.safetensors") throws {
    let folder = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/" + name
    try Data(bytes).write(to: URL(filePath: path))
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
}

/// A safetensors file of tensors that hold one value.
func temporaryLoRA(
  _ tensors: [(String, [Int])], value: Float = 0.5, notes: [String: String] = [:]
) throws -> TemporaryFile {
  try TemporaryFile(
    safetensors(tensors.map { ($0.0, Tensor(shape: $0.1, repeating: value)) }, notes: notes))
}

/// The bytes of a safetensors file with float32 tensors.
func safetensors(_ tensors: [(name: String, tensor: Tensor)], notes: [String: String] = [:]) throws -> Data {
  var header: [String: Any] = notes.isEmpty ? [:] : ["__metadata__": notes]
  var values = Data()
  for (name, tensor) in tensors {
    let begin = values.count
    tensor.withValues { values.append(contentsOf: UnsafeRawBufferPointer($0)) }
    header[name] = ["dtype": "F32", "shape": tensor.shape, "data_offsets": [begin, values.count]]
  }
  let table = try JSONSerialization.data(withJSONObject: header)
  return withUnsafeBytes(of: UInt64(table.count).littleEndian) { Data($0) } + table + values
}

/// A golden pipeline of float16 or bfloat16 with the same numbers as float32.
final class FloatModel {
  let folder: ModelFolder
  private let path = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"

  init(_ name: String) throws {
    try FileManager.default.copyItem(atPath: "\(GoldenPipeline.fixtures)/\(name)", toPath: path)
    for file in ["unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"] {
      let original = try TensorFile(path: "\(path)/\(file)")
      let tensors = try original.names.compactMap { name in
        try original.tensor(name).map { (name, $0.float32()) }
      }
      try safetensors(tensors).write(to: URL(filePath: "\(path)/\(file)"), options: .atomic)
    }
    folder = try ModelFolder(path: path)
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }
}
