import ArgumentParser
import Checkpoints
import LatentWalk
import StableDiffusion
import Tensors

/// With how many threads.
struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Threads that compute. The result does not depend on it. (default: the cores this process may use)")
  var threads: Int?

  func validate() throws {
    try require(threads.map { 1...1024 ~= $0 } ?? true, "--threads", "\(threads ?? 0)", "1 to 1024")
  }

  /// Prepares the processor side of the program.
  func apply() throws {
    if let refused = Engine.refusedInstructionSet {
      throw ValidationError(
        "LATENTWALK_ISA is \"\(refused)\", which this machine does not have; choose another of "
          + "\(Engine.InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")), or unset it.")
    }
    if let threads { Engine.setThreadCount(threads) }
  }
}

/// Which model, and with how many threads.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The model: a diffusers folder, a checkpoint (.safetensors or .ckpt), a name that 'latentwalk models' lists, \
      or 8 digits and more of a SHA-256, as Civitai shows it.
      """,
      valueName: "path-or-name"),
    completion: .directory)
  var model = ModelLibrary.bundledModel

  @OptionGroup var threadOptions: ThreadOptions

  func applyThreads() throws { try threadOptions.apply() }

  /// Where the model lies.
  func folder() throws -> ModelFolder { try ModelStore().folder(model) }
}

/// How many frames are computed together.
struct BatchOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Frames rendered together. The result does not depend on it. (default: fits memory)")
  var batch: Int?

  func validate() throws {
    try require(batch.map { 1...1024 ~= $0 } ?? true, "--batch", "\(batch ?? 0)", "1 to 1024")
  }
}

/// The size of a picture.
struct SizeOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Width in pixels. (default: the model's size)")
  var width: Int?

  @Option(parsing: .unconditional, help: "Height in pixels. (default: the model's size)")
  var height: Int?

  func validate() throws {
    for (option, size) in [("--width", width), ("--height", height)] {
      try require(
        size.map(Recipe.sizes.contains) ?? true, option, "\(size ?? 0)",
        "1 to \(Recipe.sizes.upperBound) pixels")
    }
  }
}

/// What converts between latents and pictures, if not the model's own autoencoder.
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
