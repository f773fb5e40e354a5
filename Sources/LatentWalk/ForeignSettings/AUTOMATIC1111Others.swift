import Sampling

/// What AUTOMATIC1111's text says beside the numbers that every picture has.
extension ForeignSettings {
  /// A second pass has its denoising strength under the same name as a picture to begin with.
  mutating func takeStart(_ text: AUTOMATIC1111Text) {
    let hasSecondPass = text.settings.contains { $0.key.hasPrefix("Hires") || $0.key == "First pass size" }
    if hasSecondPass {
      note(
        "The second pass in a higher resolution (hires. fix) is left out; LatentWalk renders the first one.")
      return
    }
    guard let value = text["Denoising strength"] else { return }
    guard let strength = Double(value), 0...1 ~= strength, let steps, steps > 0 else {
      return note("Denoising strength is left out: \"\(shortened(value))\" is not a number from 0 to 1.")
    }
    // One step more than their share: int(min(strength, 0.999) * steps) + 1.
    let made = min(steps, Int(min(strength, 0.999) * Double(steps)) + 1)
    start = Start(pictureName: nil, strength: ForeignSettings.strength(making: made, of: steps))
    note("It began with a picture that the text does not name; give it as the start picture.")
    note(
      "With a start picture LatentWalk draws the noise in another order, so the picture differs."
    )
  }

  mutating func takeSampler(_ text: AUTOMATIC1111Text) {
    guard let name = text["Sampler"] else { return }
    let (match, levels) = AUTOMATIC1111Samplers.find(name, type: text["Schedule type"])
    guard let match else {
      return note("The sampler \(shortened(name)) is not in LatentWalk; choose one of its own.")
    }
    guard let levels else {
      sampler = match.sampler
      return note(
        "The schedule type \(shortened(text["Schedule type"] ?? name)) is not in LatentWalk; choose one of its own."
      )
    }
    let type = text["Schedule type"].map { ", schedule type \(shortened($0))," } ?? ""
    let hasOwnLevels = AUTOMATIC1111Samplers.hasOwnLevels(match.sampler)
    take(
      match, levels, named: shortened(name) + type, beginsBelowOne: !hasOwnLevels,
      networkSeesFractions: !hasOwnLevels)
  }

  /// A sentence for each setting that changes the picture and that LatentWalk does not have, and one for all unknown
  /// ones.
  mutating func noteOthers(_ text: AUTOMATIC1111Text) {
    var unknown: [String] = []
    var known = Self.read
    for (key, value) in text.settings where !key.hasPrefix("Hires") && known.insert(key).inserted {
      if let (_, sentence) = Self.sentences.first(where: { key.hasPrefix($0.prefix) }) {
        note(sentence)
      } else if key == "Eta" || key == "Eta DDIM" || key == "ENSD" {
        if key == "ENSD", sampler?.drawsNoise != true { continue }
        note(
          "\(key) \(shortened(value)) is left out: LatentWalk has eta 0 with ddim and 1 with euler-a."
        )
      } else {
        unknown.append(key)
      }
    }
    if text.hasMore { note("What stands behind the settings is left out.") }
    guard !unknown.isEmpty else { return }
    let names = unknown.prefix(12).map { shortened($0) }.joined(separator: ", ")
    let more = unknown.count > 12 ? " and \(unknown.count - 12) more" : ""
    note("These settings are not known to LatentWalk and left out: \(names)\(more).")
  }

  /// Settings that are taken over, or that change nothing.
  private static let read: Set = [
    "Steps", "Sampler", "Schedule type", "CFG scale", "Seed", "Size", "Model", "Model hash", "VAE",
    "VAE hash", "Clip skip",
    "RNG", "Denoising strength", "First pass size", "Lora hashes", "TI hashes", "TI", "Hashes", "Emphasis",
    "Version",
    "Batch size", "Batch pos", "User", "App", "Backend", "Source Identifier", "Civitai resources",
    "Civitai metadata",
    "Created Date", "Pad conds", "Downcast alphas_cumprod",
  ]

  private static let sentences: [(prefix: String, sentence: String)] = [
    ("Face restoration", "Face restoration is left out; LatentWalk does not work on finished pictures."),
    (
      "ADetailer",
      "ADetailer's second look at faces and hands is left out; LatentWalk does not work on finished pictures."
    ),
    ("Postprocess", "The work on the finished picture is left out."),
    ("ControlNet", "ControlNet is left out; LatentWalk follows no second picture."),
    ("Variation seed", "The variation seed is left out; LatentWalk draws the noise of the seed alone."),
    (
      "Seed resize from",
      "The seed resized from another size is left out; LatentWalk draws noise of the picture's size."
    ),
    ("Refiner", "The refiner is left out; LatentWalk renders with one model."),
    ("Tiling", "Tiling is left out; the picture's edges will not meet."),
    ("Mask", "Inpainting is left out; LatentWalk changes whole pictures."),
    ("Inpaint", "Inpainting is left out; LatentWalk changes whole pictures."),
    ("Soft inpainting", "Inpainting is left out; LatentWalk changes whole pictures."),
    ("Conditional mask weight", "Inpainting is left out; LatentWalk changes whole pictures."),
    ("Image CFG scale", "Guidance by a picture (instruct-pix2pix) is left out."),
    ("Hypernet", "Hypernetworks are left out; LatentWalk adds LoRAs and textual inversions only."),
    ("Token merging", "Token merging is left out; LatentWalk computes with all tokens."),
    ("NGMS", "Steps without the negative prompt (NGMS) are left out; LatentWalk guides all steps."),
    ("Skip Early CFG", "Steps without the negative prompt are left out; LatentWalk guides all steps."),
    ("Schedule ", "Noise levels with ends of their own are left out; LatentWalk takes the model's."),
    ("Sigma ", "Noise added on the way (churn) is left out."),
    ("Script", "The script is left out."),
    ("VAE Encoder", "Another kind of autoencoder is left out."),
    ("VAE Decoder", "Another kind of autoencoder is left out."),
    ("FP8 weight", "Weights of 8 bits are left out; LatentWalk computes in 32 bits."),
    ("Cache FP16 weight", "Weights of 8 bits are left out; LatentWalk computes in 32 bits."),
  ]

  /// The strength with which int(steps * strength) is `made`.
  static func strength(making made: Int, of steps: Int) -> Double {
    let strength = Double(made) / Double(steps)
    return Int(Double(steps) * strength) < made ? strength.nextUp : strength
  }
}
