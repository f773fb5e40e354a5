import ArgumentParser
import LatentWalk
import Sampling
import Tensors

/// What makes a picture, beside its prompt. Numbers may be negative, so what follows their option is
/// always read as their value.
struct GenerationOptions: ParsableArguments {
  @OptionGroup var model: ModelOptions
  @OptionGroup var prompting: PromptOptions
  @OptionGroup var autoencoder: AutoencoderOptions

  @Option(
    parsing: .unconditional,
    help: "Denoising steps; the schedule 'keras' may take a few more, which are reported.")
  var steps = defaults.steps

  @Option(
    parsing: .unconditional,
    help:
      "Guidance scale: how strongly the prompt leads. 1 leaves guidance out and takes half as long. (default: \(defaults.guidance))"
  )
  var guidance: Double?

  @Option(help: ArgumentHelp("What to lead away from. (default: nothing)", valueName: "text"))
  var negativePrompt = defaults.negativePrompt

  @Option(help: "How steps are taken.")
  var sampler = defaults.sampler

  @Option(
    help:
      "Which noise levels the steps visit. (default: the sampler's own: keras for ddim and pndm, trailing for lcm and tcd, else karras)"
  )
  var schedule: ScheduleKind?

  @OptionGroup var size: SizeOptions

  @Option(parsing: .unconditional, help: "Seed of the noise. (default: drawn, and reported)")
  var seed: UInt64?

  @Option(help: "Whose random numbers the seed draws.")
  var rng = defaults.rng

  @Option(
    help: ArgumentHelp(
      "Initial noise in place of the seed's: float32 [4, h, w] or [h, w, 4].", valueName: "file.npy"),
    completion: .file(extensions: ["npy"]))
  var noise: String?

  @OptionGroup var batching: BatchOptions

  @Option(help: "How convolutions are computed; 'direct' is slower and shows in the last digits only.")
  var convolution = defaults.packing.convolution

  @Option(
    help:
      "The arithmetic of the UNet: 'float32', or 'int16', which takes little more than half the time and differs by what the eye does not see."
  )
  var precision = defaults.packing.precision

  func validate() throws {
    try require(1...1000 ~= steps, "--steps", "\(steps)", "1 to 1000")
    if let guidance {
      try require(guidance.isFinite, "--guidance", "\(guidance)", "a number such as 7.5")
    }
    do {
      try sampler.require(schedule ?? sampler.defaultSchedule)
    } catch {
      throw ValidationError("\(error)")
    }
    try require(
      seed.map(rng.seeds.contains) ?? true, "--seed", "\(seed ?? 0)",
      "one up to \(rng.seeds.upperBound), the largest that --rng \(rng.rawValue) takes")
  }
}

extension GenerationOptions {
  /// A draft with all that these options say.
  func applied(to draft: RecipeDraft) -> RecipeDraft {
    var draft = prompting.applied(to: draft)
    draft.model = FileRequest(model.model)
    (draft.vae, draft.tinyVAE) = (
      autoencoder.vae.map { FileRequest($0) }, autoencoder.tinyVAE.map { FileRequest($0) }
    )
    (draft.steps, draft.negativePrompt) = (steps, negativePrompt)
    draft.guidance = guidance ?? draft.guidance
    (draft.sampler, draft.schedule) = (sampler, schedule)
    (draft.width, draft.height, draft.seed, draft.rng) = (size.width, size.height, seed, rng)
    draft.noise = noise.map { FileRequest($0) }
    draft.packing = Packing(convolution: convolution, precision: precision)
    return draft
  }
}

extension GenerationOptions {
  /// Stops with exit code 64 if noise was given where every key frame has its own.
  /// - Parameter reason: nil if it is accepted.
  func requireNoNoise(_ reason: String?) throws {
    guard noise != nil, let reason else { return }
    throw ValidationError("--noise has no place here, as \(reason); leave it out.")
  }
}

/// Stops with exit code 64 and a sentence unless an option's value is one of those accepted.
func require(_ condition: Bool, _ option: String, _ value: String, _ accepted: String) throws {
  if !condition { throw ValidationError("\(option) is \(value); choose \(accepted).") }
}

extension SamplerName: ExpressibleByArgument {
  public static var allValueDescriptions: [String: String] { descriptions(allCases, \.summary) }
}

extension ScheduleKind: ExpressibleByArgument {
  public static var allValueDescriptions: [String: String] { descriptions(allCases, \.summary) }
}

extension NoiseGenerator: ExpressibleByArgument {
  public static var allValueDescriptions: [String: String] { descriptions(allCases, \.summary) }
}

extension ConvolutionAlgorithm: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

private func descriptions<Name: RawRepresentable<String>>(
  _ names: [Name], _ summary: (Name) -> String
) -> [String: String] {
  Dictionary(uniqueKeysWithValues: names.map { ($0.rawValue, summary($0)) })
}
