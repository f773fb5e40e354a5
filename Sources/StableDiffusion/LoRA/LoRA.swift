import Checkpoints
import Tensors

/// A LoRA file: low-rank changes of many layers that teach a model a style or a subject, and the weight with which they
/// are added.
///
///     let lora = try LoRA(path: "watercolour.safetensors", weight: 0.8)
///     let folder = try ModelFolder(path: "stable-diffusion-v1-5")
///     let pipeline = try StableDiffusionPipeline(folder, adapters: Adapters(loras: [lora]))
///
/// The layouts of Kohya's scripts, of diffusers and PEFT, and of cloneofsimo's `lora` are read; `LoRAKey` shows them.
public struct LoRA: Sendable {
  public let path: String
  public let weight: Double
  /// Textual inversions in the file, as cloneofsimo's have them.
  public let textualInversions: [TextualInversion]
  private let changes: [LoRAChange]
  private let metadata: LoRAMetadata

  /// Reads a file and checks all of it that does not depend on the model.
  public init(path: String, weight: Double = 1) throws {
    let file = try TensorFile(path: path)
    let metadata = try LoRAMetadata(file)
    let words = file.names.filter(metadata.embeddings.contains)
    textualInversions = try words.map {
      try TextualInversion(path: path, token: $0, vectors: file.finiteValues($0))
    }
    let layers = try LoRALayer.layers(file, names: file.names.filter { !metadata.embeddings.contains($0) })
    guard !layers.isEmpty else { throw LoRAError.noLoRA(path: path, example: words.first) }
    changes = try layers.map { try $0.change(in: file, metadata, weight: weight) }
    (self.path, self.weight, self.metadata) = (path, weight, metadata)
  }

  /// How many layers of the UNet and of the text encoder it changes.
  public var layerCounts: (unet: Int, textEncoder: Int) {
    let inUNet = changes.count { $0.network == .unet }
    return (inUNet, changes.count - inUNet)
  }

  /// What is added to the tensors of a network. It is an error if a change of the file for this network has no tensor
  /// there.
  /// - Parameter textWidth: the width of the model's text embeddings.
  func changes(
    of network: LoRAKey.Network, in weights: Weights, textWidth: Int
  ) throws -> [String: [Weights.Change]] {
    if let own = changes.lazy.compactMap(\.textWidth).first, own != textWidth {
      throw LoRAError.otherModel(
        path: path, model: Self.model(textWidth: own), expected: "one for \(Self.model(textWidth: textWidth))"
      )
    }
    let layers = LayerNames(weights)
    let numbered = try numberedLayers(of: network, among: layers)
    var found: [String: [Weights.Change]] = [:]
    var missing: [String] = []
    for change in changes where change.network == network {
      let layer: String? =
        switch change.layer {
        case .named(let name): layers.layer(name)
        case .numbered(let number): number < numbered.count ? numbered[number] : nil
        }
      guard let layer, let shape = layers.shape(layer) else {
        missing.append(change.name)
        continue
      }
      let (outputs, count) = (shape[0], shape.reduce(1, *))
      let size = [change.outputs, change.inputs]
      guard outputs > 0, size == [outputs, count / outputs] else {
        throw LoRAError.otherShape(
          path: path, layer: layer, change: size, weights: [outputs, count / max(1, outputs)])
      }
      found[layer + ".weight", default: []].append(change.matrices)
    }
    if let example = missing.first {
      throw LoRAError.noSuchLayers(path: path, count: missing.count, example: example)
    }
    return found
  }

  /// cloneofsimo's layout: the layers in the order of their numbers.
  private func numberedLayers(of network: LoRAKey.Network, among layers: LayerNames) throws -> [String] {
    let trained = metadata.trainedClasses[network] ?? InjectionOrder.classes(in: network)
    let unknown = trained.subtracting(InjectionOrder.classes(in: network))
    guard unknown.isEmpty else {
      throw LoRAError.unknownClasses(
        path: path, classes: unknown.sorted(), known: InjectionOrder.classes(in: network).sorted())
    }
    return InjectionOrder.names(of: network, among: layers.all, trained: trained)
  }

  private static func model(textWidth: Int) -> String {
    switch textWidth {
    case 768: "Stable Diffusion 1.x"
    case 1024: "Stable Diffusion 2.x"
    case 2048: "Stable Diffusion XL"
    default: "a model with text embeddings of the width \(textWidth)"
    }
  }
}

/// The change of one layer.
struct LoRAChange: Sendable {
  let network: LoRAKey.Network
  let layer: LoRAKey.Layer
  /// One of its tensors, as the file calls it.
  let name: String
  /// Of the layer; of a convolution, `inputs` times the taps of its kernel.
  let outputs, inputs: Int
  /// Reads the matrices from the file.
  let matrices: Weights.Change

  /// The width of the text embeddings that the layer reads, where that is known from its name.
  var textWidth: Int? {
    guard case .named(let name) = layer else { return nil }
    let readsText =
      network == .unet
      ? name.hasSuffix("attn2_to_k") || name.hasSuffix("attn2_to_v") : name.hasSuffix("self_attn_q_proj")
    return readsText ? inputs : nil
  }
}
