import Checkpoints
import Tensors

/// The tensors that a LoRA file has for one layer.
struct LoRALayer: Sendable {
  private let key: LoRAKey
  /// Names in the file.
  private var tensors: [LoRAKey.Role: String]

  /// The layers of a file, in the order of their tensors' names. A name that is not understood is an error.
  static func layers(_ file: TensorFile, names: [String]) throws -> [LoRALayer] {
    for name in names {
      if let kind = LoRAKey.otherKind(name) {
        throw LoRAError.otherKind(path: file.path, kind: kind, tensor: name)
      }
      if let model = LoRAKey.otherModel(name) {
        throw LoRAError.otherModel(
          path: file.path, model: model, expected: "one for Stable Diffusion 1.x or 2.x")
      }
    }
    let keys = names.map { ($0, LoRAKey($0)) }
    if let example = names.first, keys.allSatisfy({ $0.1 == nil }) {
      try file.requireKind(.lora, "LoRA")
      throw LoRAError.noLoRA(path: file.path, example: example)
    }
    var layers: [Identity: LoRALayer] = [:]
    for (name, key) in keys.sorted(by: { $0.0 < $1.0 }) {
      guard let key else { throw LoRAError.unknownTensor(path: file.path, tensor: name) }
      let identity = Identity(network: key.network, layer: key.layer)
      var layer = layers[identity] ?? LoRALayer(key: key, tensors: [:])
      guard layer.tensors.updateValue(name, forKey: key.role) == nil else {
        throw LoRAError.brokenTensor(
          path: file.path, tensor: name, reason: "stands for a matrix that is there twice")
      }
      layers[identity] = layer
    }
    return layers.values.sorted { $0.name < $1.name }
  }

  private struct Identity: Hashable {
    let network: LoRAKey.Network
    let layer: LoRAKey.Layer
  }

  private var name: String { tensors.values.min() ?? "" }

  /// The layer's change: weight * alpha / rank * up * down. Its tensors are checked now and read again when it is added
  /// to a layer, so that a LoRA takes no memory beside the model.
  func change(in file: TensorFile, _ metadata: LoRAMetadata, weight: Double) throws -> LoRAChange {
    let matrices = try matrices(in: file, metadata, weight: weight)
    return LoRAChange(
      network: key.network, layer: key.layer, name: name, outputs: matrices.outputs, inputs: matrices.inputs
    ) { try self.matrices(in: file, metadata, weight: weight) }
  }

  private func matrices(in file: TensorFile, _ metadata: LoRAMetadata, weight: Double) throws -> LowRankChange
  {
    guard let down = tensors[.down], let up = tensors[.up] else {
      let missing = tensors[.down] == nil ? "down" : "up"
      throw LoRAError.incomplete(path: file.path, layer: name, missing: missing)
    }
    let matrices = try (
      up: file.finite(up), down: file.finite(down), middle: tensors[.middle].map(file.finite)
    )
    let scale = try alphaByRank(in: file, metadata, rank: matrices.down.shape.first ?? 0)
    guard
      let change = LowRankChange(
        up: matrices.up, down: matrices.down, middle: matrices.middle, scale: Float(weight * scale))
    else {
      throw LoRAError.brokenTensor(
        path: file.path, tensor: up,
        reason: "of the shape \(matrices.up.shape) does not fit \(down) of the shape \(matrices.down.shape)")
    }
    return change
  }

  /// alpha / rank: from the file's tensor, or from its metadata; 1 where neither gives it.
  private func alphaByRank(in file: TensorFile, _ metadata: LoRAMetadata, rank: Int) throws -> Double {
    guard let name = tensors[.alpha] else { return metadata.alphaByRank(key) ?? 1 }
    guard let alpha = try file.finiteValues(name).values.first, rank > 0 else {
      throw LoRAError.brokenTensor(path: file.path, tensor: name, reason: "holds no number")
    }
    return Double(alpha) / Double(rank)
  }
}

extension TensorFile {
  /// A tensor of finite numbers, as it is stored.
  func finite(_ name: String) throws -> StoredTensor {
    guard let stored = try tensor(name) else {
      throw CheckpointError.unsupportedElement(
        path: path, name: name, found: entry(name)?.elementName ?? "nothing")
    }
    guard stored.isFinite else {
      throw LoRAError.brokenTensor(path: path, tensor: name, reason: "holds NaN or infinity")
    }
    return stored
  }

  func finiteValues(_ name: String) throws -> Tensor { try finite(name).float32() }
}
