import Checkpoints
import Files
import Foundation

/// The fingerprints in recipes of schema 1: FNV-1a, 64 bits (Fowler, Noll and Vo), of a file's bytes or of samples of
/// them.
struct Fingerprint {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  private mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Of all bytes of a file.
  init(file path: String) throws { add(try Data(contentsOf: URL(fileURLWithPath: path))) }

  /// Of samples of a file with weights, or of a folder of such files.
  init(weights path: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted()
    for file in names?.map({ "\(path)/\($0)" }) ?? [path] { add(samplesOf: file) }
  }

  /// Of samples of a model's files.
  init(model path: String) {
    for file in [path, SingleFile.settingsPath(beside: path)].compactMap({ $0 }) { add(samplesOf: file) }
    for component in ["scheduler", "text_encoder", "tokenizer", "unet", "vae"] {
      let folder = "\(path)/\(component)"
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
        add("\(component)/\(name)".utf8)
        add(samplesOf: "\(folder)/\(name)")
      }
    }
  }

  /// The size of a file and up to 64 blocks of it, evenly spread.
  private mutating func add(samplesOf path: String) {
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else { return }
    defer { try? file.close() }
    let block = 4096
    add("\(size)".utf8)
    for offset in stride(from: 0, to: size, by: max(block, Int(size / 64))) {
      guard (try? file.seek(toOffset: offset)) != nil, let bytes = try? file.read(upToCount: block) else {
        return
      }
      add(bytes)
    }
  }
}

extension ExpectedContents {
  /// Whether a model has these contents.
  func fits(_ sha256: FileDigest, model path: String) -> Bool {
    switch self {
    case .sha256(let prefix): sha256.hexadecimal.hasPrefix(prefix.lowercased())
    case .fingerprint(let fingerprint): Fingerprint(model: path).text == fingerprint
    }
  }

  /// Whether a file, or the folder of an autoencoder, has these contents.
  func fits(_ sha256: FileDigest, file path: String) -> Bool {
    switch self {
    case .sha256(let prefix): sha256.hexadecimal.hasPrefix(prefix.lowercased())
    // Autoencoders had fingerprints of samples, other files of all bytes.
    case .fingerprint(let fingerprint):
      [(try? Fingerprint(file: path))?.text, Fingerprint(weights: path).text].contains(fingerprint)
    }
  }
}
