import Checkpoints
import Files
import FoundationEssentials

/// The weights of a tiny autoencoder: in `taesd_decoder` and `taesd_encoder`, each with layers
/// numbered from 0, or in one file that diffusers wrote for its `AutoencoderTiny`.
struct TinyAutoencoderFiles {
  /// For messages.
  let path: String
  let decoder: Weights
  /// Nil where only pictures can be made.
  let encoder: Weights?

  /// - Parameter path: a file, or a folder with files.
  init(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { throw CheckpointError.noSuchFile(path: path) }
    let isFolder = isFolder(path)
    let files = isFolder ? Self.files(in: path) : [path]
    let opened = try files.map { try TensorFile(path: $0) }
    let halves = opened.map { Halves(Weights($0)) }
    guard let decoder = halves.lazy.compactMap(\.decoder).first else {
      try opened.first?.requireKind(.tinyAutoencoder, "tiny autoencoder")
      throw halves.contains { $0.encoder != nil }
        ? AutoencoderError.noDecoder(path: path) : .notTiny(path: path)
    }
    if isFolder, let configuration = Self.existing("\(path)/config.json") {
      try Configuration(path: configuration).requireTinyAutoencoder()
    }
    self.path = path
    self.decoder = decoder
    encoder = halves.lazy.compactMap(\.encoder).first
  }

  /// The files that are read for a tiny autoencoder.
  static func paths(_ path: String) -> [String] {
    isFolder(path) ? files(in: path) + [existing("\(path)/config.json")].compactMap { $0 } : [path]
  }

  static func isTiny(_ weights: Weights) -> Bool {
    let halves = Halves(weights)
    return halves.decoder != nil || halves.encoder != nil
  }

  var unusedTensors: [String] { decoder.unused + (encoder?.unused ?? []) }

  /// TAESD's own files, otherwise those of diffusers.
  private static func files(in folder: String) -> [String] {
    let groups = [["taesd_decoder", "taesd_encoder"], ["diffusion_pytorch_model"]]
    return groups.lazy.map { names in
      names.compactMap { name in
        ["safetensors", "pth", "fp16.safetensors", "bin"].lazy.compactMap {
          existing("\(folder)/\(name).\($0)")
        }.first
      }
    }.first { !$0.isEmpty } ?? []
  }

  private static func existing(_ path: String) -> String? {
    FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

/// What one file holds.
private struct Halves {
  let decoder: Weights?
  let encoder: Weights?

  init(_ weights: Weights) {
    let (diffusersDecoder, diffusersEncoder) = (weights["decoder"]["layers"], weights["encoder"]["layers"])
    // A decoder's layer 0 squeezes the latents and has no weights; an encoder begins with a convolution.
    let isDecoder = weights.contains("1.weight") && !weights.contains("0.weight")
    let isEncoder = weights.contains("0.weight") && weights.contains("1.conv.0.weight")
    decoder = diffusersDecoder.contains("0.weight") ? diffusersDecoder : isDecoder ? weights : nil
    encoder = diffusersEncoder.contains("0.weight") ? diffusersEncoder : isEncoder ? weights : nil
  }
}

extension Configuration {
  /// Refuses what would need other arithmetic than `TinyDecoder`'s.
  fileprivate func requireTinyAutoencoder() throws {
    try require("act_fn", equals: "relu")
    try require("upsample_fn", equals: "nearest")
    try require("upsampling_scaling_factor", equals: 2)
    try require("scaling_factor", equals: 1)
    try require("shift_factor", equals: 0)
  }
}
