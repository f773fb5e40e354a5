import Checkpoints
import Sampling

/// All that differs between one model and another: sizes, head counts, what the UNet predicts, how noise was added in
/// training. It is read from the configurations of a diffusers folder; no code depends on a version.
///
///     let description = try ModelDescription(ModelFolder(path: "stable-diffusion-v1-5"))
///     description.defaultSize        // 512 pixels
public struct ModelDescription: Sendable {
  public let textEncoder: TextEncoderDescription
  public let unet: UNetDescription
  public let autoencoder: AutoencoderDescription
  public let noiseSchedule: NoiseSchedule
  public let prediction: PredictionKind
  /// `steps_offset` of the model's scheduler.
  public let stepsOffset: Int
  /// abar after the last step, for the schedule `leading`.
  public let finalAlphaBar: Double

  public init(_ folder: ModelFolder) throws {
    guard folder.pipelineClass.hasPrefix("StableDiffusion"), !folder.pipelineClass.contains("XL") else {
      throw CheckpointError.unexpectedField(
        path: folder.path + "/model_index.json", field: "_class_name", found: "\"\(folder.pipelineClass)\"",
        expected: "\"StableDiffusionPipeline\"")
    }
    textEncoder = try TextEncoderDescription(folder.configuration("text_encoder"))
    autoencoder = try AutoencoderDescription(folder.configuration("vae"))

    let unetConfiguration = try folder.configuration("unet")
    unet = try UNetDescription(unetConfiguration)
    for (field, channels) in [("in_channels", unet.latentChannels), ("out_channels", unet.outputChannels)]
    where channels != autoencoder.latentChannels {
      throw unetConfiguration.refusal(
        field, "\(channels)", accepted: "the autoencoder's \(autoencoder.latentChannels) channels")
    }
    if unet.contextWidth != textEncoder.width {
      throw unetConfiguration.refusal(
        "cross_attention_dim", "\(unet.contextWidth)",
        accepted: "the text encoder's width \(textEncoder.width)")
    }

    let scheduler = try folder.configuration("scheduler")
    try scheduler.require("beta_schedule", oneOf: ["scaled_linear", "linear"])
    try scheduler.require("prediction_type", oneOf: ["epsilon", "v_prediction"])
    for key in ["rescale_betas_zero_snr", "clip_sample", "thresholding"] {
      try scheduler.require(key, equals: false)
    }
    try scheduler.require("trained_betas", oneOf: [])
    noiseSchedule = NoiseSchedule(
      betaStart: try scheduler.beta("beta_start", default: 0.0001),
      betaEnd: try scheduler.beta("beta_end", default: 0.02),
      kind: NoiseSchedule.Kind(rawValue: try scheduler.text("beta_schedule", default: "linear")) ?? .linear,
      trainSteps: try scheduler.integer("num_train_timesteps", default: 1000))
    prediction =
      PredictionKind(rawValue: try scheduler.text("prediction_type", default: "epsilon")) ?? .epsilon
    stepsOffset = try scheduler.integer("steps_offset", default: 0, from: 0)
    finalAlphaBar =
      try scheduler.flag("set_alpha_to_one", default: true) ? 1 : noiseSchedule.alphaBars[0]
  }

  /// Width and height of the pictures that the model was trained on, in pixels.
  public var defaultSize: Int { unet.sampleSize * autoencoder.factor }
}

extension Configuration {
  /// How much noise a step of the training added.
  fileprivate func beta(_ key: String, default absent: Double) throws -> Double {
    let beta = try number(key, default: absent)
    guard 0 <= beta, beta < 1 else { throw refusal(key, "\(beta)", accepted: "numbers from 0 to below 1") }
    return beta
  }
}
