import Checkpoints

/// The layers of a network by the names that LoRA files give them: with underscores between the parts, and in the order of
/// diffusers or in that of the original Stable Diffusion.
struct LayerNames {
  /// By name with dots: the shape of the layer's weights.
  private let shapes: [String: [Int]]
  private let byFlatName: [String: String]

  init(_ weights: Weights) {
    let ending = ".weight"
    let layers = weights.shapes.filter { $0.key.hasSuffix(ending) && $0.value.count >= 2 }
    shapes = Dictionary(
      uniqueKeysWithValues: layers.map { (String($0.key.dropLast(ending.count)), $0.value) })
    var byFlatName: [String: String] = [:]
    let original = LDMUNetNames(diffusers: shapes.keys)
    for name in shapes.keys {
      for known in [name, original.ldmName(name) ?? name] {
        byFlatName[known.replacing(".", with: "_")] = name
      }
    }
    self.byFlatName = byFlatName
  }

  var all: some Sequence<String> { shapes.keys }

  /// The layer's name with dots. Newer files leave out the `text_model` that stands before all of a text encoder's names.
  func layer(_ flatName: String) -> String? { byFlatName[flatName] ?? byFlatName["text_model_" + flatName] }

  func shape(_ layer: String) -> [Int]? { shapes[layer] }
}
