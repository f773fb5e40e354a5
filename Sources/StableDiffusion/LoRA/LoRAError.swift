/// What can be wrong with a LoRA file, or between it and a model. Its description is the sentence for the user.
public enum LoRAError: Error, Equatable, CustomStringConvertible {
  /// The file holds nothing that belongs to a LoRA.
  case noLoRA(path: String, example: String?)
  /// Another way to change a model.
  case otherKind(path: String, kind: String, tensor: String)
  /// One tensor of the file has an unknown name.
  case unknownTensor(path: String, tensor: String)
  case incomplete(path: String, layer: String, missing: String)
  case brokenTensor(path: String, tensor: String, reason: String)
  /// cloneofsimo's layout, with layers that are not counted here.
  case unknownClasses(path: String, classes: [String], known: [String])
  /// - Parameter expected: "one for ..."
  case otherModel(path: String, model: String, expected: String)
  /// Layers that this model does not have.
  case noSuchLayers(path: String, count: Int, example: String)
  case otherShape(path: String, layer: String, change: [Int], weights: [Int])

  public var description: String {
    switch self {
    case .noLoRA(let path, let example):
      "\(path) is no LoRA: \(example.map { "it holds tensors such as \($0)" } ?? "it holds no tensors"); "
        + "give a file in the layout of Kohya's scripts, diffusers or cloneofsimo's lora."
    case .otherKind(let path, let kind, let tensor):
      "\(path) is \(kind) (its tensor \(tensor)), which LatentWalk does not add to models; it adds LoRA and LoCon."
    case .unknownTensor(let path, let tensor):
      "\(path): what the tensor \(tensor) changes is not known, so the file would have another effect than it should; "
        + "save it again in the layout of Kohya's scripts or diffusers."
    case .incomplete(let path, let layer, let missing):
      "\(path): the layer \(layer) has no \(missing) matrix. Fetch the file again."
    case .brokenTensor(let path, let tensor, let reason):
      "\(path): the tensor \(tensor) \(reason). Fetch the file again."
    case .unknownClasses(let path, let classes, let known):
      "\(path) changes layers of \(classes.joined(separator: ", ")), which LatentWalk does not count; "
        + "it counts those of \(known.joined(separator: ", "))."
    case .otherModel(let path, let model, let expected):
      "\(path) is a LoRA for \(model), and \(expected) is needed here."
    case .noSuchLayers(let path, let count, let example):
      "\(path) changes \(count == 1 ? "a layer" : "\(count) layers") that this model does not have, such as \(example); "
        + "it belongs to another kind of model."
    case .otherShape(let path, let layer, let change, let weights):
      "\(path) changes the layer \(layer) as one of \(change[0]) x \(change[1]), and in this model it is of "
        + "\(weights[0]) x \(weights[1]); it belongs to another kind of model."
    }
  }
}
