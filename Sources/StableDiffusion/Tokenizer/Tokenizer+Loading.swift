import Files
import Foundation

extension Tokenizer {
  /// Reads the folder `tokenizer` of a diffusers model: `vocab.json` and `merges.txt`, and where they are
  /// present `special_tokens_map.json` and `tokenizer_config.json`, of which the padding and the length are
  /// used.
  ///
  /// SD 1.x pads with the end token, SD 2.x with "!".
  /// - Parameter padding: the token to pad with, instead of the one that the files name.
  public init(folder: String, padding ownPadding: String? = nil) throws(TokenizerError) {
    let folder = URL(filePath: folder, directoryHint: .isDirectory)
    let vocabulary = try Vocabulary(file: folder.appending(path: "vocab.json"))
    pairs = try BytePairs(file: folder.appending(path: "merges.txt"), vocabulary: vocabulary)
    begin = try vocabulary.id(Self.beginName.utf8)
    end = try vocabulary.id(Self.endName.utf8)

    let special = try TokenizerSettings(file: folder.appending(path: "special_tokens_map.json"))
    let settings = try TokenizerSettings(file: folder.appending(path: "tokenizer_config.json"))
    padding = try vocabulary.id((ownPadding ?? special?.padding ?? settings?.padding ?? Self.endName).utf8)
    length = settings?.length ?? 77
  }

  /// The largest id that a prompt can have.
  var largestId: Int {
    let joined = pairs.merges.values.lazy.map(\.id).max() ?? 0
    return max(begin, end, padding, joined, pairs.bytes.max() ?? 0, pairs.lastBytes.max() ?? 0)
  }
}

/// Why a tokenizer cannot be read.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
  /// A file that cannot be read.
  case unreadable(path: String, reason: String)
  /// A file that does not hold what it should.
  case invalid(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "The tokenizer's file \(path) cannot be read (\(reason)); check that the model is complete."
    case .invalid(let path, let reason):
      "The tokenizer's file \(path) cannot be used: \(reason). Fetch it again, or choose another model."
    }
  }
}

/// All bytes of a tokenizer's file; CLIP's largest has a megabyte.
func tokenizerFile(_ file: URL) throws(TokenizerError) -> [UInt8] {
  do throws(FileError) {
    return try InputFile.bytes(of: file.path, limit: 1 << 25)
  } catch {
    switch error {
    case .noSuchFile: throw .unreadable(path: file.path, reason: "there is no such file")
    case .unreadable(_, let reason): throw .unreadable(path: file.path, reason: reason)
    case .changed: throw .unreadable(path: file.path, reason: "it changed while it was being read")
    }
  }
}
