/// Files that people give in place of a model's, known by their first bytes, and what to do with each.
enum ForeignFormat: CaseIterable {
  case oldPickle, gguf, keras, pointer, page

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard
      let found = Self.allCases.first(where: { $0.beginnings.contains { bytes.starts(with: $0) } })
    else { return nil }
    self = found
  }

  /// None of them could begin a safetensors file: its header would be longer than any is.
  private var beginnings: [[UInt8]] {
    switch self {
    // A pickle whose first value is a number of ten bytes, by which torch knew its files before version 1.6.
    case .oldPickle: [[0x80, 0x02, 0x8a, 0x0a]]
    case .gguf: [Array("GGUF".utf8)]
    case .keras: [[0x89] + Array("HDF".utf8)]
    case .pointer: [Array("version https://git-lfs".utf8)]
    case .page: ["<!DOCTYPE", "<!doctype", "<html"].map { Array($0.utf8) }
    }
  }

  /// What the file is and what to do, behind its path in the sentence of an error.
  func explanation(path: String) -> String {
    switch self {
    case .oldPickle:
      "is a pickle as PyTorch wrote them before version 1.6. Convert it in Python with "
        + "torch.save(torch.load(\"\(path)\", map_location=\"cpu\", weights_only=True), \"NEW.ckpt\")"
    case .gguf:
      "is a GGUF file, and LatentWalk reads safetensors and PyTorch's. Fetch the model as one of those"
    case .keras:
      "is an HDF5 file, and LatentWalk reads safetensors and PyTorch's. Fetch the model as one of those"
    case .pointer: "is only git's note of where the file lies. Fetch the file itself with 'git lfs pull'"
    case .page: "is a web page, perhaps one that asks to log in. Fetch the file again and look at what comes"
    }
  }
}
