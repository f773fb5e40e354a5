import Checkpoints
import Foundation

/// The metadata of a LoRA file: settings of the training beside its tensors.
struct LoRAMetadata: Sendable {
  /// Tensors that are embeddings of new words; cloneofsimo's `<s1>` and the like.
  let embeddings: Set<String>
  /// cloneofsimo's layout: the classes whose layers were trained.
  let trainedClasses: [LoRAKey.Network: Set<String>]
  /// What diffusers writes: PEFT's settings, each behind the name of its network and a dot.
  private let settings: [String: JSONValue]

  init(_ file: TensorFile) throws {
    embeddings = Set(file.metadata.filter { $0.value == "<embed>" }.map(\.key))
    var trained: [LoRAKey.Network: Set<String>] = [:]
    for network in [LoRAKey.Network.unet, .textEncoder] {
      if let text = file.metadata[network.rawValue],
        let classes = try? JSONDecoder().decode([String].self, from: Data(text.utf8))
      {
        trained[network] = Set(classes)
      }
    }
    trainedClasses = trained
    let text = file.metadata["lora_adapter_metadata"] ?? "{}"
    guard let settings = try? JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8)) else {
      throw LoRAError.brokenTensor(
        path: file.path, tensor: "lora_adapter_metadata", reason: "in its metadata is no JSON object")
    }
    self.settings = settings
  }

  /// alpha / rank of a layer as PEFT computes it; nil where the metadata do not give it.
  func alphaByRank(_ key: LoRAKey) -> Double? {
    let own = { (field: String) in settings["\(key.network.rawValue).\(field)"] }
    let value = { (field: String, pattern: String) -> Double? in
      // Patterns are ends of layers' names; of several that fit, the longest decides.
      if case .object(let patterns)? = own(pattern),
        let match = patterns.filter({ key.dottedName == $0.key || key.dottedName.hasSuffix("." + $0.key) })
          .max(by: { $0.key.utf8.count < $1.key.utf8.count })
      {
        return match.value.double
      }
      return own(field)?.double
    }
    guard let alpha = value("lora_alpha", "alpha_pattern"), let rank = value("r", "rank_pattern"), rank > 0
    else { return nil }
    return own("use_rslora") == true ? alpha / rank.squareRoot() : alpha / rank
  }
}

extension JSONValue {
  fileprivate var double: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}
