import Files
import Tensors

/// A checkpoint seen from a name prefix. A network narrows the view on its way to its layers, and the leaf layer
/// requests a tensor with the shape it expects:
///
///     let weights = try ModelFolder(path: "stable-diffusion-v1-5").weights("unet")
///     let block = weights["down_blocks"][0]["resnets"][1]
///     let stored = try block.tensor("conv1.weight", shape: [320, 320, 3, 3])
///
/// Copies and narrowed views share one record of the names that were requested.
public struct Weights: Sendable {
  /// Prepended to each requested name: empty, or ending in a dot.
  public let prefix: String
  private let checkpoint: Checkpoint
  /// What is added to tensors, by their full names; read from its file when the tensor is.
  private let changes: [String: [Change]]

  /// How layers pack these weights.
  public let packing: Packing

  public typealias Change = @Sendable () throws -> LowRankChange

  /// The weights of one file.
  public init(_ file: TensorFile) {
    self.init(checkpoint: Checkpoint(path: file.path, files: [file]), prefix: "")
  }

  /// The weights of a component in a single file.
  init(_ file: SingleFile, _ component: String) {
    self.init(
      checkpoint: Checkpoint(path: file.file.path, locations: file.locations[component] ?? [:]), prefix: "")
  }

  /// The weights of several files, which an index (`*.safetensors.index.json`) beside them lists.
  public init(index path: String) throws {
    let index = try ShardIndex(path: path)
    let folder = folder(of: path)
    var files: [String: TensorFile] = [:]
    for (name, fileName) in index.files.sorted(by: { $0.key < $1.key }) {
      let file = try files[fileName] ?? TensorFile(path: folder + "/" + fileName)
      files[fileName] = file
      guard file.entry(name) != nil else {
        throw CheckpointError.damaged(
          path: file.path, reason: "\(path) promises the tensor \(name) in it")
      }
    }
    let inOrder = files.sorted { $0.key < $1.key }.map(\.value)
    self.init(checkpoint: Checkpoint(path: path, files: inOrder), prefix: "")
  }

  private init(
    checkpoint: Checkpoint, prefix: String, changes: [String: [Change]] = [:], packing: Packing = Packing()
  ) {
    self.checkpoint = checkpoint
    self.prefix = prefix
    self.changes = changes
    self.packing = packing
  }

  public subscript(_ name: String) -> Weights {
    Weights(checkpoint: checkpoint, prefix: prefix + name + ".", changes: changes, packing: packing)
  }
  public subscript(_ index: Int) -> Weights { self["\(index)"] }

  public func contains(_ name: String) -> Bool { checkpoint.locations[prefix + name] != nil }

  /// The names under the prefix, without it.
  package var names: [String] {
    checkpoint.locations.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// The shape that the file gives a tensor, for networks whose sizes follow from their weights.
  package func shape(_ name: String) -> [Int]? { checkpoint.locations[prefix + name]?.described.shape }

  /// Reads the tensor of this name under the prefix, in the requested shape.
  ///
  /// A linear layer [out, in] and a 1x1 convolution [out, in, 1, 1] hold the same numbers in the same order, and files
  /// mix them; so ones at the end of a shape are not compared.
  public func tensor(_ name: String, shape: [Int]) throws -> StoredTensor {
    let name = prefix + name
    guard let location = checkpoint.locations[name] else {
      throw CheckpointError.missingTensor(path: checkpoint.path, name: name, shape: shape)
    }
    checkpoint.requested.insert(name)
    let found = location.described
    guard found.elementType == nil || withoutTrailingOnes(found.shape) == withoutTrailingOnes(shape) else {
      throw CheckpointError.wrongShape(
        path: location.file.path, name: location.entry.name, expected: shape, found: found.shape)
    }
    guard let stored = try location.file.tensor(location.entry.name, rows: location.rows) else {
      throw CheckpointError.unsupportedElement(
        path: location.file.path, name: location.entry.name, found: found.elementName)
    }
    guard stored.isFinite else {
      throw CheckpointError.notFinite(path: location.file.path, name: location.entry.name)
    }
    let own = stored.reshaped(shape)
    guard let changes = changes[name] else { return own }
    return own.adding(try changes.map { try $0() })
  }

  /// The same weights with changes added to some tensors, by the names that the networks use. The sum is computed when
  /// the tensor is requested, so that memory never holds more than one layer's.
  public func adding(_ changes: [String: [Change]]) -> Weights {
    let all = self.changes.merging(changes) { $0 + $1 }
    return Weights(checkpoint: checkpoint, prefix: prefix, changes: all, packing: packing)
  }

  /// The same weights, which layers pack in this way.
  public func packed(_ packing: Packing) -> Weights {
    Weights(checkpoint: checkpoint, prefix: prefix, changes: changes, packing: packing)
  }

  /// The shapes of all tensors under the prefix, by the full names that the networks use.
  public var shapes: [String: [Int]] {
    checkpoint.locations.filter { $0.key.hasPrefix(prefix) }.mapValues(\.described.shape)
  }

  /// The tensors under the prefix as their files describe them.
  public var entries: [TensorEntry] {
    checkpoint.locations.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map(\.value.described)
  }

  /// The names under the prefix that are not loaded, on purpose, with the reason.
  public var ignored: [(name: String, reason: String)] {
    checkpoint.locations.keys.filter { $0.hasPrefix(prefix) }.sorted().compactMap { name in
      WeightNames.ignored[name].map { (name, $0) }
    }
  }

  /// The names under the prefix that were not requested yet, without those that are ignored on purpose.
  public var unused: [String] {
    let requested = checkpoint.requested.all
    return checkpoint.locations.keys.filter {
      $0.hasPrefix(prefix) && !requested.contains($0) && WeightNames.ignored[$0] == nil
    }.sorted()
  }
}

/// The files of one network and the location of each tensor in them, by the names that the networks use.
private final class Checkpoint: Sendable {
  /// The file, or the index of several, for messages.
  let path: String
  let locations: [String: WeightLocation]
  let requested = RequestedNames()

  init(path: String, locations: [String: WeightLocation]) {
    self.path = path
    self.locations = locations
  }

  convenience init(path: String, files: [TensorFile]) {
    var locations: [String: WeightLocation] = [:]
    for file in files {
      // An autoencoder alone may have the original's names.
      let names = LDMAutoencoder.names(in: file)
      for entry in file.entries {
        locations[names?.diffusersName(entry.name) ?? WeightNames.current(entry.name)] = WeightLocation(
          file: file, entry: entry)
      }
    }
    self.init(path: path, locations: locations)
  }
}

/// The location of a weight: a tensor of a file, or some of its rows.
struct WeightLocation: Sendable {
  let file: TensorFile
  let entry: TensorEntry
  var rows: Range<Int>? = nil

  /// The tensor with the shape that it has here.
  var described: TensorEntry {
    guard let rows else { return entry }
    return TensorEntry(
      name: entry.name, shape: [rows.count] + entry.shape.dropFirst(), elementName: entry.elementName,
      range: entry.range)
  }
}

/// The JSON of an index: which file holds which tensor.
struct ShardIndex: Decodable {
  let files: [String: String]

  init(path: String) throws { self = try decodeJSON(ShardIndex.self, file: path) }

  private enum CodingKeys: String, CodingKey { case files = "weight_map" }
}

private func withoutTrailingOnes(_ shape: [Int]) -> ArraySlice<Int> {
  shape[..<(shape.lastIndex { $0 != 1 }.map { $0 + 1 } ?? 0)]
}
