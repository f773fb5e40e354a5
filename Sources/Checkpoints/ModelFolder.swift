import Files
import FoundationEssentials

/// A model as diffusers saves it: a folder with `model_index.json` and, for each component (unet, vae, text_encoder,
/// ...), a folder with its configuration and weights. A single file is presented in the same way.
///
///     let folder = try ModelFolder(path: "stable-diffusion-v1-5")
///     let unet = try UNet(folder.weights("unet"), UNetDescription(folder.configuration("unet")))
public struct ModelFolder: Sendable {
  /// The folder, or the single file.
  public let path: String
  /// The class that diffusers gives each component: unet -> UNet2DConditionModel. Absent components are not listed.
  public let componentClasses: [String: String]
  /// The class of the whole: StableDiffusionPipeline.
  public let pipelineClass: String
  /// The file, for a model in one file.
  public let singleFile: SingleFile?
  /// The folder of `vocab.json` and `merges.txt`.
  public let tokenizerPath: String
  let configurationPaths: [String: String]

  /// - Parameters:
  ///   - tokenizer: a folder with CLIP's vocabulary, for models without one: single files.
  ///   - configurations: of components, by paths, in place of the model's own.
  public init(
    path: String, tokenizer: String? = nil, configurations: [String: String] = [:]
  ) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = path
    configurationPaths = configurations
    guard FileManager.default.fileExists(atPath: path) else {
      throw CheckpointError.noModel(path: path, reason: "there is no such folder or file. Check the path")
    }
    guard isFolder(path) else {
      let single = try SingleFile(path: path)
      if let advice = single.kind.advice {
        throw CheckpointError.noModel(path: path, reason: "it is \(single.kind.rawValue). \(advice)")
      }
      guard let tokenizer else {
        throw CheckpointError.noModel(
          path: path,
          reason: "a single file has no vocabulary, and the bundled model, which has it, is not found. "
            + "Keep the folder Models/tiny in a folder that LATENTWALK_MODELS names")
      }
      (singleFile, tokenizerPath) = (single, tokenizer)
      pipelineClass = "StableDiffusionPipeline"
      componentClasses = single.configurations.compactMapValues { fields in
        if case .text(let name) = fields["_class_name"] { name } else { nil }
      }
      return
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
    singleFile = nil
    tokenizerPath = path + "/tokenizer"
  }

  /// The padding token, where the tokenizer's own settings do not decide: Stable Diffusion 2.x in a single file.
  public var padding: String? { singleFile?.kind == .stableDiffusion2 ? "!" : nil }

  /// The path of a file in the folder of a component.
  func file(_ component: String, _ name: String) -> String { "\(path)/\(component)/\(name)" }

  /// A component's `config.json`; the scheduler's is called `scheduler_config.json`.
  public func configuration(_ component: String) throws -> Configuration {
    if let path = configurationPaths[component] { return try Configuration(path: path) }
    if let singleFile {
      guard let fields = singleFile.configurations[component] else { throw missing(component) }
      return Configuration(path: path, fields: fields)
    }
    return try Configuration(path: file(component, Self.configurationName(component)))
  }

  static func configurationName(_ component: String) -> String {
    component == "scheduler" ? "scheduler_config.json" : "config.json"
  }

  /// Tensors of a single file that have no known use.
  public var unknownTensors: [String] { singleFile?.unneeded[""]?.sorted() ?? [] }

  private func missing(_ component: String) -> CheckpointError {
    switch component {
    case "vae":
      .noModel(path: path, reason: "it has no autoencoder (first_stage_model). Give another file as the vae")
    case "text_encoder":
      .noModel(path: path, reason: "it has no text encoder (cond_stage_model). Fetch the whole checkpoint")
    default:
      .noModel(path: path, reason: "its UNet (model.diffusion_model) is not complete. Fetch the file again")
    }
  }

  /// A component's weights, under any of the names that diffusers and transformers write: safetensors before pickles,
  /// whole precision before half, one file before several.
  public func weights(_ component: String) throws -> Weights {
    if let singleFile {
      guard singleFile.locations[component] != nil else { throw missing(component) }
      return Weights(singleFile, component)
    }
    return try Self.weights(in: "\(path)/\(component)")
  }

  /// The weights in the folder of a component, with or without the rest of a model around it.
  package static func weights(in folder: String) throws -> Weights {
    switch try weightFile(in: folder) {
    case .whole(let path): Weights(try TensorFile(path: path))
    case .index(let path): try Weights(index: path)
    }
  }

  enum WeightFile {
    case whole(String)
    /// The list of several files.
    case index(String)
  }

  static func weightFile(in folder: String) throws -> WeightFile {
    for (names, suffix) in [
      (["diffusion_pytorch_model", "model"], "safetensors"),
      (["diffusion_pytorch_model", "pytorch_model"], "bin"),
    ] {
      for name in names {
        for variant in ["", ".fp16"] {
          let whole = "\(folder)/\(name)\(variant).\(suffix)"
          if FileManager.default.fileExists(atPath: whole) { return .whole(whole) }
          let index = "\(folder)/\(name).\(suffix).index\(variant).json"
          if FileManager.default.fileExists(atPath: index) { return .index(index) }
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
  /// The components of `model_index.json`: each a pair of a library and a class in it, or of two nulls where it is left
  /// out.
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
