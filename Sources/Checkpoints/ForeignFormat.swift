/// Files of other kinds that are given in place of a model's, recognised by their first bytes.
enum ForeignFormat: CaseIterable {
  case oldPickle, barePickle, gguf, keras, pointer, page, picture, array

  /// - Parameter bytes: the beginning of the file.
  init?(_ bytes: [UInt8]) {
    guard
      let found = Self.allCases.first(where: { $0.beginnings.contains(where: bytes.starts) }),
      // Two bytes are little; the header that follows a safetensors file's length begins with a brace.
      found != .barePickle || bytes.count < 9 || bytes[8] != UInt8(ascii: "{")
    else { return nil }
    self = found
  }

  /// None of them but `barePickle` could begin a safetensors file: its header would be longer than any is.
  private var beginnings: [[UInt8]] {
    switch self {
    // A pickle whose first value is a number of ten bytes, by which torch knew its files before version 1.6.
    case .oldPickle: [[0x80, 0x02, 0x8a, 0x0a]]
    case .barePickle: (2...5).map { [0x80, $0] }
    case .gguf: [Array("GGUF".utf8)]
    case .keras: [[0x89] + Array("HDF".utf8)]
    case .pointer: [Array("version https://git-lfs".utf8)]
    case .page: ["<!DOCTYPE", "<!doctype", "<html"].map { Array($0.utf8) }
    case .picture: [[0x89] + Array("PNG".utf8), [0xff, 0xd8, 0xff], Array("GIF8".utf8)]
    case .array: [[0x93] + Array("NUMPY".utf8)]
    }
  }

  /// What the file is and what to do, to follow its path in the sentence of an error.
  func explanation(path: String) -> String {
    switch self {
    case .oldPickle:
      "is a pickle as PyTorch wrote them before version 1.6. Convert it in Python with "
        + "torch.save(torch.load(\"\(path)\", map_location=\"cpu\", weights_only=True), \"NEW.ckpt\")"
    case .barePickle:
      "is a pickle without the zip file that torch.save puts around it, and LatentWalk runs no pickles. "
        + "Fetch the model as safetensors"
    case .gguf:
      "is a GGUF file, and LatentWalk reads safetensors and PyTorch's. Fetch the model as one of those"
    case .keras:
      "is an HDF5 file, and LatentWalk reads safetensors and PyTorch's. Fetch the model as one of those"
    case .pointer: "is only git's note of where the file lies. Fetch the file itself with 'git lfs pull'"
    case .page: "is a web page, perhaps one that asks to log in. Fetch the file again and look at what comes"
    case .picture:
      "is a picture, and a file with tensors is needed here. Give a checkpoint or another file of weights"
    case .array:
      "is an array of NumPy, and a file with named tensors is needed here. Give a checkpoint or another file of weights"
    }
  }
}
