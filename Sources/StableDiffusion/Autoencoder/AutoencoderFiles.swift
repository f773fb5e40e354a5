import Checkpoints
import FoundationEssentials

/// Which files an autoencoder is read from: the model's own, others in their place, a tiny one's.
///
///     let files = AutoencoderFiles(tiny: "taesd")
///     let generator = try Generator(folder, autoencoder: files)
public struct AutoencoderFiles: Sendable {
  /// In place of the model's own: a folder that diffusers wrote, or a file.
  public let replacement: String?
  /// A tiny autoencoder, which is used as far as it goes: one without encoder decodes only.
  public let tiny: String?
  /// Whether pictures are to be encoded, and not only made.
  public let encodes: Bool

  public init(replacement: String? = nil, tiny: String? = nil, encodes: Bool = false) {
    self.replacement = replacement
    self.tiny = tiny
    self.encodes = encodes
  }
}

extension Autoencoder {
  /// Loads what is needed of a model's autoencoder and of those in its place.
  /// - Parameter description: the model's own autoencoder, whose latents the UNet knows.
  /// - Throws: `AutoencoderError` if the files do not fit the model or lack what is needed.
  public init(_ files: AutoencoderFiles, of folder: ModelFolder, _ description: AutoencoderDescription) throws
  {
    let tiny = try files.tiny.map { try Autoencoder(TinyAutoencoderFiles(path: $0), like: description) }
    if let tiny, tiny.encoder != nil || !files.encodes {
      self = tiny
      return
    }
    let whole =
      try files.replacement.map { try Autoencoder(replacing: description, path: $0) }
      ?? Autoencoder(folder.weights("vae"), description)
    guard whole.encoder != nil || !files.encodes else {
      throw AutoencoderError.noEncoder(path: files.replacement ?? folder.path + "/vae")
    }
    self.init(
      decoder: tiny?.decoder ?? whole.decoder, encoder: whole.encoder,
      unusedTensors: whole.unusedTensors + (tiny?.unusedTensors ?? []))
  }

  /// A tiny autoencoder for the same latents as another.
  private init(_ files: TinyAutoencoderFiles, like other: AutoencoderDescription) throws {
    let decoder = try TinyDecoder(files.decoder, latentChannels: other.latentChannels)
    let encoder = try files.encoder.map { try TinyEncoder($0, latentChannels: other.latentChannels) }
    for factor in [decoder.factor, encoder?.factor ?? decoder.factor] where factor != other.factor {
      throw AutoencoderError.otherLatents(
        path: files.path, found: [other.latentChannels, factor],
        expected: [other.latentChannels, other.factor])
    }
    self.init(decoder: decoder, encoder: encoder, unusedTensors: files.unusedTensors)
  }

  /// Another autoencoder for the same latents.
  private init(replacing own: AutoencoderDescription, path: String) throws {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CheckpointError.noSuchFile(path: path)
    }
    let weights =
      isFolder
      ? try Weights(SafetensorsFile(path: path + "/diffusion_pytorch_model.safetensors"))
      : Weights(try SafetensorsFile(path: path))
    let description =
      isFolder
      ? try AutoencoderDescription(Configuration(path: path + "/config.json"))
      : try AutoencoderDescription(weights, like: own, path: path)
    let (found, expected) = (
      [description.latentChannels, description.factor], [own.latentChannels, own.factor]
    )
    guard found == expected else {
      throw AutoencoderError.otherLatents(path: path, found: found, expected: expected)
    }
    try self.init(weights, description)
  }
}
