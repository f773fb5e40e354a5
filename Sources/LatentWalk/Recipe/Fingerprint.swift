import Checkpoints
import Foundation

/// A short number that tells files apart: FNV-1a, 64 bits (Fowler, Noll and Vo). It guards against mixing results by mistake, not
/// against malice.
struct Fingerprint {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Recipe.FileReference {
  /// A file by its path and all of its bytes.
  public init(path: String) throws {
    var fingerprint = Fingerprint()
    var status = stat()
    // What cannot be read is reported by whoever needs it; devices may never end, and pipes are read only once.
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      fingerprint.add((try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data())
    }
    self.init(path: path, fingerprint: fingerprint.text)
  }
}

extension Recipe.FileReference {
  /// A file with weights, or a folder of such files, by its path and by samples of what is in it.
  public init(weights path: String) {
    var fingerprint = Fingerprint()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted()
    for file in names?.map({ "\(path)/\($0)" }) ?? [path] { fingerprint.add(samplesOf: file) }
    self.init(path: path, fingerprint: fingerprint.text)
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

extension Recipe.ModelReference {
  /// A model by its name and by samples of its files: gigabytes are not read for this.
  public init(folder path: String) {
    var fingerprint = Fingerprint()
    for file in [path, SingleFile.settingsPath(beside: path)].compactMap({ $0 }) {
      fingerprint.add(samplesOf: file)
    }
    for component in ["scheduler", "text_encoder", "tokenizer", "unet", "vae"] {
      let folder = "\(path)/\(component)"
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
        fingerprint.add("\(component)/\(name)".utf8)
        fingerprint.add(samplesOf: "\(folder)/\(name)")
      }
    }
    self.init(name: ModelLibrary.name(of: path), fingerprint: fingerprint.text)
  }
}

extension Fingerprint {
  /// The size of a file and up to 64 blocks of it, evenly spread.
  fileprivate mutating func add(samplesOf path: String) {
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
