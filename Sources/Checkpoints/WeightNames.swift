import Synchronization

/// The names under which the networks request their weights, where files have others.
enum WeightNames {
  /// Parts of names (between the dots) that older versions of diffusers wrote: the attention of the autoencoder in the
  /// files of Stable Diffusion 1.x.
  private static let older = [
    "query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0",
  ]

  /// Beginnings of names that transformers 5 writes for the text encoder, without the prefix of all files before it.
  private static let unprefixed = ["embeddings.", "encoder.layers.", "final_layer_norm."]

  /// Diffusers calls the layers of a tiny autoencoder's encoder like those of a text encoder:
  /// `encoder.layers.0.weight`, `encoder.layers.1.conv.0.weight`.
  private static func isTinyAutoencoder(_ parts: [String]) -> Bool {
    parts.count > 3 && ["weight", "bias", "conv"].contains(parts[3])
  }

  /// Tensors that are not loaded, on purpose, with the reason.
  static let ignored: [String: String] = [
    "text_model.embeddings.position_ids": ignoredPositions
  ]

  /// Beginnings of names in single files that are not loaded, on purpose, with the reason.
  static let unneededInSingleFiles: [String: String] = {
    let training = "the state of the training"
    let levels = "noise levels of the training, which are computed"
    var reasons = [
      "model_ema.": "the averaged copy (EMA) of the weights, or its bookkeeping",
      "first_stage_model.loss.": "what the autoencoder was trained with",
      "first_stage_model.model_ema.": "the averaged copy (EMA) of the weights, or its bookkeeping",
      "cond_stage_model.transformer.text_model.embeddings.position_ids": ignoredPositions,
      "cond_stage_model.transformer.embeddings.position_ids": ignoredPositions,
      "scale_factor": "the scale of the latents, which the configuration has",
      "v_pred": "a mark for the kind of prediction",
    ]
    for name in [
      "optimizer_states.", "lr_schedulers.", "callbacks.", "loops.", "amp_scaling_state.", "hparams",
      "hyper_parameters",
    ] {
      reasons[name] = training
    }
    for name in [
      "betas", "alphas_cumprod", "sqrt_", "log_one_minus_", "posterior_", "lvlb_weights", "logvar", "ddim_",
      "alphas",
    ] { reasons[name] = levels }
    return reasons
  }()

  private static let ignoredPositions = "the numbers 0 to 76, which the text encoder counts itself"

  /// What the networks call a tensor of the file.
  static func current(_ name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if unprefixed.contains(where: name.hasPrefix), !isTinyAutoencoder(parts) { return "text_model." + name }
    return parts.map { older[$0] ?? $0 }.joined(separator: ".")
  }
}

/// The names that were requested, shared by all copies of a view.
final class RequestedNames: Sendable {
  private let names = Mutex<Set<String>>([])

  func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
  var all: Set<String> { names.withLock { $0 } }
}
