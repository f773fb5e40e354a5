import Files
import StableDiffusion
import Tensors

extension Recipe {
  /// The model of a recipe with all that is added to it, by the contents of the files: equal references load the same
  /// numbers.
  public struct ModelReference: Codable, Sendable, Hashable {
    /// What people call it: its folder's name, its file's without the ending, or OWNER/NAME at Hugging Face.
    public var name: String
    /// Of a single file the SHA-256, whose first ten digits AUTOMATIC1111 and Civitai show. Of a folder the SHA-256 of
    /// what `sha256sum` prints for the files that are read.
    public var sha256: FileDigest
    /// Of a single file: the SHA-256 of what `sha256sum` prints for what is read beside it, its settings and the
    /// vocabulary.
    public var companions: FileDigest?
    public var loras: [LoRAReference] = []
    public var textualInversions: [TextualInversionReference] = []
    /// Another autoencoder in place of the model's.
    public var vae: FileReference?
    /// A tiny autoencoder, used as far as it goes.
    public var tinyVAE: FileReference?
    /// How the weights are packed, which decides the arithmetic.
    public var packing = Packing()

    public init(name: String, sha256: FileDigest, companions: FileDigest? = nil) {
      self.name = name
      self.sha256 = sha256
      self.companions = companions
    }
  }

  /// A file, or a folder of files, whose contents take part.
  public struct FileReference: Codable, Sendable, Hashable {
    public var path: String
    /// The SHA-256 of the file; of a folder that of what `sha256sum` prints for the files that are read.
    public var sha256: FileDigest

    public init(path: String, sha256: FileDigest) {
      self.path = path
      self.sha256 = sha256
    }
  }

  /// A LoRA file and how strongly it is added.
  public struct LoRAReference: Codable, Sendable, Hashable {
    public var file: FileReference
    public var weight: Double

    public init(file: FileReference, weight: Double) {
      self.file = file
      self.weight = weight
    }
  }

  /// A file of learned embeddings, and the word that is replaced by them where it is not the file's own.
  public struct TextualInversionReference: Codable, Sendable, Hashable {
    public var file: FileReference
    public var token: String?

    public init(file: FileReference, token: String?) {
      self.file = file
      self.token = token
    }
  }
}

extension Recipe {
  /// The files beside the model that take part, with the names of their fields.
  var files: [(field: String, file: FileReference)] {
    var files = model.loras.enumerated().map { ("model.loras[\($0)]", $1.file) }
    files += model.textualInversions.enumerated().map { ("model.textualInversions[\($0)]", $1.file) }
    files += [("model.vae", model.vae), ("model.tinyVAE", model.tinyVAE)].compactMap { field, file in
      file.map { (field, $0) }
    }
    for (index, keyFrame) in walk.keyFrames.enumerated() {
      let own = [
        ("embedding", keyFrame.embedding), ("noise", keyFrame.noise),
        ("picture", keyFrame.picture), ("start.picture", keyFrame.start?.picture),
      ]
      files += own.compactMap { field, file in file.map { ("walk.keyFrames[\(index)].\(field)", $0) } }
    }
    return files + (playback.sound.map { [("playback.sound", $0)] } ?? [])
  }
}
