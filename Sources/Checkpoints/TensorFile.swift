import Tensors

/// An open file with tensors: safetensors, or PyTorch's zip with a pickle in it (`.ckpt`, `.pth`, `.pt`, `.bin`). What
/// it is is determined from its contents, not from its name. Everything about it is checked when it is opened; values
/// are read when a tensor is requested. A file that is changed in between is an error; one that is deleted or replaced
/// is read as it was.
///
///     let file = try TensorFile(path: "unet/diffusion_pytorch_model.safetensors")
///     let stored = try file.tensor("conv_in.weight")
public final class TensorFile: Sendable {
  public let path: String
  public let format: Format
  /// The tensors in the order of the file. In a pickle, a tensor in inner dictionaries is called by their keys,
  /// joined by dots, without the `state_dict.` that programs for training write around a model.
  public let entries: [TensorEntry]
  /// Short texts beside the tensors: safetensors' `__metadata__`, a pickle's texts and numbers.
  public let metadata: [String: String]
  private let file: CheckpointFile
  private let byName: [String: TensorEntry]

  public enum Format: String, Sendable {
    case safetensors
    case pytorch = "PyTorch"
  }

  public init(path: String) throws {
    self.path = path
    file = try CheckpointFile(path: path)
    let beginning = try file.bytes(0..<64)
    if let other = ForeignFormat(beginning) {
      throw CheckpointError.foreignFile(path: path, explanation: other.explanation(path: path))
    }
    if ZipArchive.isBeginning(of: beginning) {
      let archive = try PyTorchArchive(file)
      (format, entries, metadata) = (.pytorch, archive.entries, archive.metadata)
    } else {
      let header = try SafetensorsHeader(file)
      (format, entries, metadata) = (.safetensors, header.entries, header.metadata)
    }
    byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
  }

  public var names: [String] { entries.map(\.name) }

  /// Refuses a file that is clearly something else; a file of an unknown kind is accepted.
  /// - Parameter expected: what it was given for, in words for the user.
  public func requireKind(_ accepted: FileKind, _ expected: String) throws {
    let kind = FileKind(self)
    guard kind == accepted || kind == .unknown else {
      throw CheckpointError.otherKind(path: path, expected: expected, kind: kind)
    }
  }

  public func entry(_ name: String) -> TensorEntry? { byName[name] }

  /// Reads a tensor into memory of its own; nil if the file has none of this name or stores it as something else than
  /// float32, float16 or bfloat16.
  /// - Parameter rows: of the first dimension, where not all of them are needed.
  /// - Throws: `CheckpointError.changed` if the file is no longer the one that was opened, `.unreadable` if the tensor
  ///   is larger than the available memory.
  public func tensor(_ name: String, rows: Range<Int>? = nil) throws -> StoredTensor? {
    guard let entry = byName[name], let elementType = entry.elementType else { return nil }
    try requireMemory(for: entry)
    guard let rows, entry.strides == nil else {
      let whole = try file.tensor(
        shape: entry.shape, strides: entry.strides, elementType: elementType, range: entry.range)
      return rows.map(whole.rowRange) ?? whole
    }
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= entry.shape.first ?? 0, "The tensor has these rows.")
    let rowSize = entry.shape.dropFirst().reduce(elementType.byteCount, *)
    let begin = entry.range.lowerBound
    return try file.tensor(
      shape: [rows.count] + entry.shape.dropFirst(), strides: nil, elementType: elementType,
      range: begin + rows.lowerBound * rowSize..<begin + rows.upperBound * rowSize)
  }
}

extension TensorFile {
  /// A model's memory is reckoned before it is loaded; this is for files that are larger than any model. A tensor of
  /// Stable Diffusion has at most 200 MB, and asking the system takes as long as reading a small one.
  private func requireMemory(for entry: TensorEntry) throws(CheckpointError) {
    guard entry.range.count > 1 << 26 else { return }
    do throws(TensorMemoryError) { try TensorMemory.reserve(bytes: entry.range.count) } catch {
      throw .unreadable(
        path: path,
        reason: "its tensor \(entry.name) needs \(error.needed >> 20) MB of memory, "
          + "and \(error.available >> 20) MB are available")
    }
  }
}

/// What a file stores under a name.
public struct TensorEntry: Sendable {
  public let name: String
  public let shape: [Int]
  /// The element type as safetensors spells it: F16, BF16, I64, ...
  public let elementName: String
  /// The range of the values in the file, in bytes.
  let range: Range<Int>
  /// The strides, in values; nil where the values are contiguous, the last dimension fastest.
  var strides: [Int]? = nil

  /// The element type, if LatentWalk can compute with it.
  public var elementType: ElementType? {
    switch elementName {
    case "F32": .float32
    case "F16": .float16
    case "BF16": .bfloat16
    default: nil
    }
  }

  public var count: Int { shape.reduce(1, *) }
  public var byteCount: Int { count * (elementBits[elementName] ?? 0) / 8 }
}

/// The element types and how many bits a value takes.
let elementBits: [String: Int] = [
  "BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64,
  "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8,
  "F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64,
]

/// The bytes that a shape takes, or nil where it has negative or immeasurable sizes.
func byteCountOf(_ shape: [Int], bits: Int) -> Int? {
  var total = bits
  for size in shape {
    let (product, overflow) = total.multipliedReportingOverflow(by: size)
    guard size >= 0, !overflow else { return nil }
    total = product
  }
  return total % 8 == 0 ? total / 8 : nil
}
