import Checkpoints
import Files
import Foundation
import StableDiffusion
import Synchronization
import Tensors

/// The files of a recipe's model, found and checked: what they are called, where they lie, and in which version they
/// were hashed.
struct ModelFiles: Sendable {
  let reference: Recipe.ModelReference
  let folder: ModelFolder
  let loraPaths: [String]
  let textualInversionPaths: [String]
  let vaePath: String?
  let tinyVAEPath: String?
  /// Each file that is read, as it was when it was hashed.
  let versions: [String: FileVersion]

  /// Whether the files are still those that were hashed.
  func isUnchanged(_ digests: FileDigests) throws -> Bool {
    try versions.allSatisfy { try digests.version(of: $0.key) == $0.value }
  }

  /// Reads the adapters.
  func adapters() throws -> Adapters {
    Adapters(
      loras: try zip(loraPaths, reference.loras).map { try LoRA(path: $0, weight: $1.weight) },
      textualInversions: try zip(textualInversionPaths, reference.textualInversions).flatMap {
        try TextualInversion.read(path: $0, token: $1.token)
      })
  }

  func autoencoderFiles(encodes: Bool) -> AutoencoderFiles {
    AutoencoderFiles(replacement: vaePath, tiny: tinyVAEPath, encodes: encodes)
  }
}

/// A model in memory, under the reference that names its contents.
struct LoadedModel: Sendable {
  let reference: Recipe.ModelReference
  let files: ModelFiles
  let pipeline: StableDiffusionPipeline
  let encodesPictures: Bool
  /// For previews; computed on first use.
  private let colours: Lazy<LatentColours>
  /// The words that the prompts may use, with their files.
  let textualInversions: [(token: String, path: String)]

  init(_ files: ModelFiles, encodesPictures: Bool) throws {
    self.files = files
    self.encodesPictures = encodesPictures
    reference = files.reference
    let ownAutoencoder = files.vaePath == nil && files.tinyVAEPath == nil ? ["vae"] : []
    try TensorMemory.reserve(
      bytes: files.folder.weightBytes(["text_encoder", "unet"] + ownAutoencoder))
    let adapters = try files.adapters()
    textualInversions = adapters.textualInversions.map { ($0.token, $0.path) }
    pipeline = try StableDiffusionPipeline(
      files.folder, adapters: adapters, autoencoder: files.autoencoderFiles(encodes: encodesPictures),
      packing: reference.packing, loading: [.promptEncoder])
    colours = Lazy { [pipeline] in
      LatentColours(of: pipeline.autoencoder, latentChannels: pipeline.description.unet.latentChannels)
    }
  }

  var latentColours: LatentColours { colours.value }

  /// Whether both are the same model in memory, and not only of the same contents.
  func isSame(as other: LoadedModel) -> Bool { colours === other.colours }
}

/// A value that is computed once, on first use.
private final class Lazy<Value: Sendable>: Sendable {
  private let compute: @Sendable () -> Value
  private let computed = Mutex<Value?>(nil)

  init(_ compute: @escaping @Sendable () -> Value) { self.compute = compute }

  var value: Value {
    computed.withLock { computed in
      if let computed { return computed }
      let value = compute()
      computed = value
      return value
    }
  }
}
