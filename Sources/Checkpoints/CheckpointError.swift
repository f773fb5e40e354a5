import Files

/// What can be wrong with a model's files or with an array file. Its description is the sentence for the user: what
/// happened, where, and what to do next.
public enum CheckpointError: Error, Equatable {
  case noSuchFile(path: String)
  case unreadable(path: String, reason: String)
  /// The file is another one than when it was opened.
  case changed(path: String)
  case unwritable(path: String, reason: String)

  /// The path is no diffusers folder.
  case noModel(path: String, reason: String)
  /// A file with tensors of another kind than the one it was given for.
  case otherKind(path: String, expected: String, kind: FileKind)
  /// A part of the model has no weights that can be read.
  case noWeights(folder: String, reason: String)

  case notJSON(path: String, reason: String)
  case missingField(path: String, field: String)
  case unexpectedField(path: String, field: String, found: String, expected: String)
  case unknownFields(path: String, fields: [String])

  /// The bytes of a file contradict themselves.
  case damaged(path: String, reason: String)
  /// A file of a kind that LatentWalk does not read.
  case foreignFile(path: String, explanation: String)
  /// A pickle that wants something else than tensors and plain values.
  case forbiddenGlobal(path: String, name: String)
  /// A file of torch.save that holds more, or holds it in another way, than LatentWalk reads.
  case unsupportedPickle(path: String, reason: String)
  case missingTensor(path: String, name: String, shape: [Int])
  case wrongShape(path: String, name: String, expected: [Int], found: [Int])
  case unsupportedElement(path: String, name: String, found: String)

  case notFinite(path: String, name: String)

  case brokenArray(path: String, reason: String)
  case unsupportedArray(path: String, found: String, remedy: String)
}

extension CheckpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noSuchFile(let path): FileError.noSuchFile(path: path).description
    case .unreadable(let path, let reason):
      "\(path) cannot be read: \(reason)."
    case .changed(let path): FileError.changed(path: path).description
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason). Choose another place or make room."
    case .noModel(let path, let reason):
      "\(path) is not a model: \(reason)."
    case .otherKind(let path, let expected, let kind):
      "\(path) is no \(expected): it is \(kind.rawValue). \(kind.advice ?? "Use it as the model")."
    case .noWeights(let folder, let reason):
      "\(folder) has no weights to load: \(reason)."
    case .notJSON(let path, let reason):
      "\(path) is not the JSON that is expected there: \(reason). Fetch the file again."
    case .missingField(let path, let field):
      "\(path): \(field) is missing. Fetch the file again, or add the field."
    case .unexpectedField(let path, let field, let found, let expected):
      "\(path): \(field) is \(found); LatentWalk supports \(expected)."
    case .unknownFields(let path, let fields):
      "\(path): LatentWalk does not know \(fields.joined(separator: ", ")), which may change the arithmetic. "
        + "Use a Stable Diffusion 1.x or 2.x model."
    case .damaged(let path, let reason):
      "\(path) is damaged: \(reason). Fetch the file again."
    case .foreignFile(let path, let explanation):
      "\(path) \(explanation)."
    case .forbiddenGlobal(let path, let name):
      "\(path) is a pickle that asks for \(name). LatentWalk builds tensors and plain values only and runs nothing, so the "
        + "file was not loaded. If you trust it, save its state_dict() as safetensors."
    case .unsupportedPickle(let path, let reason):
      "\(path) cannot be loaded: \(reason). Save the state_dict() again with torch.save or as safetensors."
    case .missingTensor(let path, let name, let shape):
      "\(path) has no tensor \(name) (expected: \(shape)). The file may belong to another kind of model than its config.json says."
    case .wrongShape(let path, let name, let expected, let found):
      "\(path): the tensor \(name) has the shape \(found), expected: \(expected). "
        + "The file may belong to another kind of model than its config.json says."
    case .unsupportedElement(let path, let name, let found):
      "\(path): the tensor \(name) is stored as \(found); LatentWalk reads F32, F16 and BF16. "
        + "Save the model again in one of these."
    case .notFinite(let path, let name):
      "\(path): the tensor \(name) holds NaN or infinity, of which no picture can be made. "
        + "The model was damaged in training or conversion; use another copy of it."
    case .brokenArray(let path, let reason):
      "\(path) is not a usable .npy file: \(reason). Save it again with numpy.save."
    case .unsupportedArray(let path, let found, let remedy):
      "\(path) holds \(found); LatentWalk reads float32 in C order. Save it again with \(remedy)."
    }
  }
}
