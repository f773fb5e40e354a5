import Tensors

/// A memory-mapped safetensors file. Everything about it is checked when it is opened; nothing but its header is read.
///
///     let file = try SafetensorsFile(path: "unet/diffusion_pytorch_model.safetensors")
///     let stored = file.tensor("conv_in.weight")
public final class SafetensorsFile: Sendable {
  public let path: String
  /// The tensors in the order in which they lie in the file.
  public let entries: [SafetensorsEntry]
  private let file: MappedFile
  private let byName: [String: SafetensorsEntry]

  public init(path: String) throws {
    self.path = path
    file = try MappedFile(path: path)
    entries = try file.withBytes { try SafetensorsHeader($0, path: path).entries }
    byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
  }

  public var names: [String] { entries.map(\.name) }

  public func entry(_ name: String) -> SafetensorsEntry? { byName[name] }

  /// The tensor of this name; nil if the file has none or stores it as something else than float32, float16 or bfloat16.
  public func tensor(_ name: String) -> StoredTensor? {
    guard let entry = byName[name], let elementType = entry.elementType else { return nil }
    return file.tensor(shape: entry.shape, elementType: elementType, range: entry.range)
  }
}

/// One line of a safetensors file's table: what is stored under a name.
public struct SafetensorsEntry: Sendable {
  public let name: String
  public let shape: [Int]
  /// The element type as the file spells it: F16, BF16, I64, ...
  public let elementName: String
  /// Where the values lie, from the start of the file.
  let range: Range<Int>

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
  public var byteCount: Int { range.count }
}
