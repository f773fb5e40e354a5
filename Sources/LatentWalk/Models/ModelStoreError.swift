/// Why a recipe's model or one of its files cannot be used. Its description is the sentence for the user.
public enum ModelStoreError: Error, Equatable, CustomStringConvertible {
  /// No model of the name, and none with the contents.
  case noModel(name: String, sha256: String, reason: String)
  /// The model of the name has other contents, and no other model has those of the recipe.
  case otherModel(name: String, path: String, found: String, expected: String)
  case changedWhileLoading(name: String)
  case missing(field: String, path: String, sha256: String)
  case otherContents(field: String, path: String, found: String)

  public var description: String {
    switch self {
    case .noModel(let name, let sha256, let reason):
      "The recipe's model \(name) (SHA-256 \(sha256)) is not found, and no other model has its contents. \(reason)"
    case .otherModel(let name, let path, let found, let expected):
      "The recipe needs the model \(name) with the SHA-256 \(expected), and \(path) has \(found); "
        + "put the recipe's model into a folder that LATENTWALK_MODELS names."
    case .changedWhileLoading(let name):
      "The files of the model \(name) changed while they were read; wait until they are complete, then try again."
    case .missing(let field, let path, let sha256):
      """
      The recipe's \(field), the file \(path) (SHA-256 \(sha256)), is not found; put it there, into the current \
      folder or into one that LATENTWALK_MODELS names.
      """
    case .otherContents(let field, let path, let found):
      "\(path) is not the file that the recipe's \(field) names: its contents have changed (SHA-256 \(found)). "
        + "Put the recipe's file there, into the current folder or into one that LATENTWALK_MODELS names."
    }
  }
}
