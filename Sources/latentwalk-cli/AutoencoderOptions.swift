import ArgumentParser
import StableDiffusion

/// What goes between latents and pictures, if not the model's own autoencoder.
struct AutoencoderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another autoencoder in place of the model's: a folder of diffusers, or a file in diffusers' or the original naming.",
      valueName: "path"),
    completion: .file())
  var vae: String?

  @Option(
    name: .customLong("tiny-vae"),
    help: ArgumentHelp(
      "A tiny autoencoder (TAESD), which decodes much faster and almost as well: taesd_decoder.safetensors, a folder with it, or diffusers' AutoencoderTiny.",
      valueName: "path"),
    completion: .file())
  var tinyVAE: String?

  /// - Parameter encodes: whether pictures come in, too.
  func files(encodes: Bool) -> AutoencoderFiles {
    AutoencoderFiles(replacement: vae, tiny: tinyVAE, encodes: encodes)
  }
}
