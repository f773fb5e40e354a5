/// What can be wrong with the files of an autoencoder. Its description is the sentence for the user.
public enum AutoencoderError: Error, Equatable, CustomStringConvertible {
  case noEncoder(path: String)
  case noDecoder(path: String)
  case notTiny(path: String)
  case isTiny(path: String)
  case noAutoencoder(path: String)
  /// Channels of latents, and pixels to a latent in each direction.
  case otherLatents(path: String, found: [Int], expected: [Int])

  public var description: String {
    switch self {
    case .noEncoder(let path):
      "\(path) has no encoder, so pictures cannot be turned into latents; "
        + "give an autoencoder that has one as the vae or the tiny VAE."
    case .noDecoder(let path):
      "\(path) has an encoder and no decoder, so no picture can be made with it; "
        + "give the folder that holds taesd_decoder.safetensors, too."
    case .notTiny(let path):
      "\(path) is no tiny autoencoder; give taesd_decoder.safetensors, a folder that holds it, or one that diffusers saved as "
        + "AutoencoderTiny. Give other autoencoders as the vae."
    case .isTiny(let path):
      "\(path) is a tiny autoencoder; give it as the tiny VAE."
    case .noAutoencoder(let path):
      "\(path) is no autoencoder; give a folder that diffusers saved as AutoencoderKL, or a file with its weights."
    case .otherLatents(let path, let found, let expected):
      "\(path) has latents of \(found[0]) channels for \(found[1]) x \(found[1]) pixels, and this model's have "
        + "\(expected[0]) for \(expected[1]) x \(expected[1]); give an autoencoder that was made for this kind of model."
    }
  }
}
