import FoundationEssentials

/// A diffusers folder: `model_index.json` and, for each component (unet, vae, text_encoder, ...), a folder with its
/// configuration and weights.
///
///     let folder = try ModelFolder(path: "stable-diffusion-v1-5")
///     let unet = try UNet(folder.weights("unet"), folder.configuration("unet"))
public struct ModelFolder: Sendable {
  public let path: String
  /// The class that diffusers gives each component: unet -> UNet2DConditionModel. Absent components are not listed.
  public let componentClasses: [String: String]
  /// The class of the whole: StableDiffusionPipeline.
  public let pipelineClass: String

  public init(path: String) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = path
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CheckpointError.noModel(path: path, reason: "there is no such folder. Check the path")
    }
    guard isFolder else {
      throw CheckpointError.noModel(
        path: path,
        reason:
          "it is a file, and LatentWalk reads folders as diffusers writes them. Convert it in Python with "
          + "StableDiffusionPipeline.from_single_file(\"\(path)\").save_pretrained(\"FOLDER\")")
    }
    guard FileManager.default.fileExists(atPath: path + "/model_index.json") else {
      throw CheckpointError.noModel(
        path: path,
        reason:
          "it has no model_index.json. Give the folder that diffusers wrote, the one with unet and vae in it")
    }
    let index = try Configuration(path: path + "/model_index.json")
    pipelineClass = try index.text("_class_name")
    componentClasses = try index.pairs()
  }

  /// The path of a file in the folder of a component.
  public func file(_ component: String, _ name: String) -> String { "\(path)/\(component)/\(name)" }

  /// A component's `config.json`; the scheduler's is called `scheduler_config.json`.
  public func configuration(_ component: String) throws -> Configuration {
    try Configuration(
      path: file(component, component == "scheduler" ? "scheduler_config.json" : "config.json"))
  }

  /// A component's weights, under any of the names that diffusers and transformers write: safetensors before pickles, whole
  /// precision before half, one file before several.
  public func weights(_ component: String) throws -> Weights {
    try Self.weights(in: "\(path)/\(component)")
  }

  /// The weights in the folder of a component, which may stand alone.
  package static func weights(in folder: String) throws -> Weights {
    for (names, suffix) in [
      (["diffusion_pytorch_model", "model"], "safetensors"),
      (["diffusion_pytorch_model", "pytorch_model"], "bin"),
    ] {
      for name in names {
        for variant in ["", ".fp16"] {
          let whole = "\(folder)/\(name)\(variant).\(suffix)"
          if FileManager.default.fileExists(atPath: whole) { return Weights(try TensorFile(path: whole)) }
          let index = "\(folder)/\(name).\(suffix).index\(variant).json"
          if FileManager.default.fileExists(atPath: index) { return try Weights(index: index) }
        }
      }
    }
    throw CheckpointError.noWeights(
      folder: folder,
      reason: FileManager.default.fileExists(atPath: folder)
        ? "diffusion_pytorch_model.safetensors or model.safetensors is expected there. Fetch the whole model"
        : "there is no such folder. Fetch the whole model")
  }
}

extension Configuration {
  /// The components of `model_index.json`: each a pair of a library and a class in it, or of two nulls where it is left out.
  fileprivate func pairs() throws -> [String: String] {
    var classes: [String: String] = [:]
    for key in unread {
      if case .list(let pair) = self[key], pair.count == 2, case .text(let name) = pair[1] {
        classes[key] = name
      }
    }
    return classes
  }
}

/// The folder that a file lies in.
func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
