import Checkpoints

/// What is added to a model while it is loaded: LoRA files and textual inversions.
///
///     let adapters = Adapters(loras: [try LoRA(path: "watercolour.safetensors", weight: 0.8)])
///     let pipeline = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"), adapters: adapters)
public struct Adapters: Sendable {
  public let loras: [LoRA]
  /// New words, those of the LoRA files among them.
  public let textualInversions: [TextualInversion]

  public init(loras: [LoRA] = [], textualInversions: [TextualInversion] = []) {
    self.loras = loras
    self.textualInversions = loras.flatMap(\.textualInversions) + textualInversions
  }

  /// A network's weights with all of the changes that are for it.
  func added(to weights: Weights, of network: LoRAKey.Network, textWidth: Int) throws -> Weights {
    try loras.reduce(weights) { weights, lora in
      weights.adding(try lora.changes(of: network, in: weights, textWidth: textWidth))
    }
  }
}
