import Glibc

/// Why a file cannot be read. Its description is the sentence for the user: what happened, where, and what to do next.
public enum FileError: Error, Hashable, CustomStringConvertible {
  case noSuchFile(path: String)
  /// - Parameter reason: inside a sentence: "it is not a file", "permission denied".
  case unreadable(path: String, reason: String)
  /// The file is another one than when it was opened.
  case changed(path: String)

  public var description: String {
    switch self {
    case .noSuchFile(let path):
      "\(path): there is no such file. Check the path."
    case .unreadable(let path, let reason):
      "\(path) cannot be read: \(reason). Check the path and its permissions."
    case .changed(let path):
      "\(path) changed while it was being read. Wait until the program that writes it is done, then try again."
    }
  }

  init(path: String, errorNumber: Int32) {
    self =
      errorNumber == ENOENT || errorNumber == ENOTDIR
      ? .noSuchFile(path: path) : .unreadable(path: path, reason: systemReason(errorNumber))
  }
}

/// The system's words for an error number, for the inside of a sentence: "no space left on device".
package func systemReason(_ errorNumber: Int32) -> String {
  let sentence = String(cString: strerror(errorNumber))
  return sentence.prefix(1).lowercased() + sentence.dropFirst()
}
