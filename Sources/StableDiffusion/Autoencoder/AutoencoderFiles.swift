import Checkpoints
import Files
import FoundationEssentials
import Tensors

/// Which files an autoencoder is read from: the model's own, a replacement, a tiny one's.
///
///     let files = AutoencoderFiles(tiny: "taesd")
///     let pipeline = try StableDiffusionPipeline(ModelFolder(path: "stable-diffusion-v1-5"), autoencoder: files)
public struct AutoencoderFiles: Sendable {
  /// Replaces the model's own: a folder that diffusers wrote, or a file.
  public let replacement: String?
  /// A tiny autoencoder, used instead of either; one without an encoder only decodes.
  public let tiny: String?
  /// Whether pictures are to be encoded, and not only made.
  public let encodes: Bool

  public init(replacement: String? = nil, tiny: String? = nil, encodes: Bool = false) {
    self.replacement = replacement
    self.tiny = tiny
    self.encodes = encodes
  }
}

extension AutoencoderFiles {
  /// The files that are read for `replacement`: a file, or a folder's configuration and weights.
  public func replacementFiles() throws -> [ModelFile] {
    guard let replacement else { return [] }
    guard let folder = Autoencoder.folder(replacement) else { return [ModelFile(alone: replacement)] }
    let configuration = ModelFile(alone: folder + "/config.json")
    return try ([configuration] + ModelFolder.weightFiles(in: folder)).sorted { $0.name < $1.name }
  }

  /// The files that are read for `tiny`.
  public func tinyFiles() -> [ModelFile] {
    tiny.map(TinyAutoencoderFiles.paths)?.map(ModelFile.init(alone:)).sorted { $0.name < $1.name } ?? []
  }
}

extension Autoencoder {
  /// Loads what is needed of a model's autoencoder and of those that replace it.
  /// - Parameter description: the model's own autoencoder, for whose latents the UNet was trained.
  /// - Throws: `AutoencoderError` if the files do not fit the model or lack what is needed.
  public init(
    _ files: AutoencoderFiles, of folder: ModelFolder, _ description: AutoencoderDescription,
    packing: Packing = Packing()
  ) throws {
    let tiny = try files.tiny.map {
      try Autoencoder(TinyAutoencoderFiles(path: $0), like: description, packing)
    }
    if let tiny, tiny.encoder != nil || !files.encodes {
      self = tiny
      return
    }
    let whole =
      try files.replacement.map { try Autoencoder(replacing: description, path: $0, packing) }
      ?? Autoencoder(folder.weights("vae").packed(packing), description)
    guard whole.encoder != nil || !files.encodes else {
      let own = folder.singleFile == nil ? folder.path + "/vae" : folder.path
      throw AutoencoderError.noEncoder(path: files.replacement ?? own)
    }
    self.init(
      decoder: tiny?.decoder ?? whole.decoder, encoder: whole.encoder,
      unusedTensors: whole.unusedTensors + (tiny?.unusedTensors ?? []))
  }

  /// A tiny autoencoder for the same latents as another.
  private init(
    _ files: TinyAutoencoderFiles, like other: AutoencoderDescription, _ packing: Packing
  ) throws {
    let decoder = try TinyDecoder(
      files.decoder.packed(packing).inFloat32, latentChannels: other.latentChannels)
    let encoder = try files.encoder.map {
      try TinyEncoder($0.packed(packing).inFloat32, latentChannels: other.latentChannels)
    }
    for factor in [decoder.factor, encoder?.factor ?? decoder.factor] where factor != other.factor {
      throw AutoencoderError.otherLatents(
        path: files.path, found: [other.latentChannels, factor],
        expected: [other.latentChannels, other.factor])
    }
    self.init(decoder: decoder, encoder: encoder, unusedTensors: files.unusedTensors)
  }

  /// Another autoencoder for the same latents.
  private init(replacing own: AutoencoderDescription, path: String, _ packing: Packing) throws {
    guard FileManager.default.fileExists(atPath: path) else { throw CheckpointError.noSuchFile(path: path) }
    let (weights, description) =
      try Self.inFolder(path) ?? Self.inFile(path, like: own)
    let (found, expected) = (
      [description.latentChannels, description.factor], [own.latentChannels, own.factor]
    )
    guard found == expected else {
      throw AutoencoderError.otherLatents(path: path, found: found, expected: expected)
    }
    let whole = try Autoencoder(weights.packed(packing), description)
    // A file may hold the rest of a model, too, and what an autoencoder was trained with.
    let parts = ["encoder.", "decoder.", "quant_conv.", "post_quant_conv."]
    self.init(
      decoder: whole.decoder, encoder: whole.encoder,
      unusedTensors: whole.unusedTensors.filter { parts.contains(where: $0.hasPrefix) })
  }

  /// A folder that diffusers wrote for an autoencoder, or for a model that has one; nil for a file.
  private static func inFolder(_ path: String) throws -> (Weights, AutoencoderDescription)? {
    guard let folder = folder(path) else { return nil }
    let weights = try ModelFolder.weights(in: folder)
    guard !TinyAutoencoderFiles.isTiny(weights) else { throw AutoencoderError.isTiny(path: path) }
    return (weights, try AutoencoderDescription(Configuration(path: folder + "/config.json")))
  }

  /// The folder with an autoencoder's configuration and weights; nil for a file.
  fileprivate static func folder(_ path: String) -> String? {
    guard isFolder(path) else { return nil }
    return FileManager.default.fileExists(atPath: path + "/model_index.json") ? path + "/vae" : path
  }

  private static func inFile(
    _ path: String, like own: AutoencoderDescription
  ) throws -> (Weights, AutoencoderDescription) {
    let file = try TensorFile(path: path)
    let weights = Weights(file)
    guard !TinyAutoencoderFiles.isTiny(weights) else { throw AutoencoderError.isTiny(path: path) }
    guard let description = AutoencoderDescription(weights, like: own) else {
      try file.requireKind(.autoencoder, "autoencoder")
      throw AutoencoderError.noAutoencoder(path: path)
    }
    return (weights, description)
  }
}
