import FoundationEssentials

/// A whole model in one file, in the names of the first Stable Diffusion, presented like diffusers' folder of the same
/// model: three components with weights under diffusers' names, and the configurations that follow from the shapes.
public struct SingleFile: Sendable {
  public let file: TensorFile
  public let kind: FileKind
  /// Assumptions about what the file does not show, a sentence each.
  public let assumptions: [String]
  /// Tensors that no component needs, by the reason; an empty reason where their use is unknown.
  public let unneeded: [String: [String]]
  let locations: [String: [String: WeightLocation]]
  let configurations: [String: [String: JSONValue]]

  public init(path: String) throws {
    file = try TensorFile(path: path)
    kind = FileKind(file)
    guard kind == .stableDiffusion1 || kind == .stableDiffusion2 else {
      (assumptions, locations, configurations) = ([], [:], [:])
      unneeded = [:]
      return
    }
    let settings = try LDMConfiguration(beside: path)
    var components = Components(file)
    components.addUNet(settings)
    components.addAutoencoder(scale: settings?.scale)
    components.addTextEncoder()
    let schedule = Schedule(file, components.contextWidth, settings)
    var configurations = components.configurations
    configurations["scheduler"] = schedule.configuration
    configurations["unet"]?["sample_size"] = .integer(schedule.latentSize)
    (self.configurations, locations) = (configurations, components.locations)
    unneeded = Dictionary(grouping: components.rest) { components.reason(for: $0) }
    assumptions = schedule.assumptions + components.assumptions
  }
}

extension SingleFile {
  /// The tensors of a component: what the file calls them, and what the networks do.
  package func names(_ component: String) -> [(file: String, network: String)] {
    (locations[component] ?? [:]).map { ($0.value.entry.name, $0.key) }
  }

  /// The original's settings beside a checkpoint, a `.yaml` file that is called like it; nil where there is none.
  public static func settingsPath(beside checkpoint: String) -> String? {
    guard let dot = checkpoint.lastIndex(of: "."), !checkpoint[dot...].contains("/") else { return nil }
    return ["yaml", "yml"].map { "\(checkpoint[..<dot]).\($0)" }
      .first(where: FileManager.default.fileExists)
  }
}

/// Collects the components of a single file.
private struct Components {
  private(set) var locations: [String: [String: WeightLocation]] = [:]
  private(set) var configurations: [String: [String: JSONValue]] = [:]
  private(set) var contextWidth = 0
  private(set) var assumptions: [String] = []
  /// Names that no component took.
  private(set) var rest: Set<String>
  private let file: TensorFile
  private var reasons: [String: String] = WeightNames.unneededInSingleFiles

  init(_ file: TensorFile) {
    self.file = file
    rest = Set(file.names)
  }

  private static let unetPrefix = "model.diffusion_model."

  /// The UNet, or where the file has none, its averaged copy.
  mutating func addUNet(_ settings: LDMConfiguration?) {
    var names = relative(Self.unetPrefix) { String($0) }
    if names.isEmpty {
      names = relative(AveragedNames.prefix) { AveragedNames.dotted($0) }
      assumptions.append("The UNet's weights are the averaged ones (model_ema), the only ones in the file.")
    }
    guard let unet = LDMUNet(shapes(names), heads: settings?.heads, headWidth: settings?.headWidth)
    else {
      return
    }
    contextWidth = unet.contextWidth
    add("unet", unet.configuration, names, unet.names)
  }

  mutating func addAutoencoder(scale: Double?) {
    let names = relative("first_stage_model.") { String($0) }
    guard let autoencoder = LDMAutoencoder(shapes(names)) else {
      // Its weights are then another file's, for latents of the same size.
      configurations["vae"] = [
        "latent_channels": configurations["unet"]?["in_channels"] ?? 4, "layers_per_block": 2,
        "block_out_channels": [128, 256, 512, 512],
        "down_block_types": .list(Array(repeating: "DownEncoderBlock2D", count: 4)),
        "up_block_types": .list(Array(repeating: "UpDecoderBlock2D", count: 4)),
      ]
      return
    }
    var configuration = autoencoder.configuration
    if let scale { configuration["scaling_factor"] = .number(scale) }
    add("vae", configuration, names, autoencoder.names)
  }

  mutating func addTextEncoder() {
    let prefix = "cond_stage_model."
    let names = relative(prefix) { String($0) }
    guard let encoder = LDMTextEncoder(shapes(names)) else { return }
    for (name, reason) in encoder.unneeded { reasons[prefix + name] = reason }
    add("text_encoder", encoder.configuration, names, encoder.names)
  }

  func reason(for name: String) -> String {
    reasons.filter { name.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value ?? ""
  }

  /// The file's names by their rest behind a prefix.
  private func relative(_ prefix: String, _ name: (Substring) -> String?) -> [String: String] {
    var names: [String: String] = [:]
    for full in file.names where full.hasPrefix(prefix) {
      if let name = name(full.dropFirst(prefix.count)) { names[name] = full }
    }
    return names
  }

  private func shapes(_ names: [String: String]) -> TensorShapes {
    TensorShapes(names.compactMapValues { file.entry($0)?.shape })
  }

  private mutating func add(
    _ component: String, _ configuration: [String: JSONValue], _ names: [String: String], _ table: NameTable
  ) {
    configurations[component] = configuration
    for (relative, full) in names {
      guard let name = table.diffusersName(relative), let entry = file.entry(full) else { continue }
      rest.remove(full)
      if let parts = LDMTextEncoder.parts(of: name, rows: entry.shape.first ?? 0) {
        for part in parts {
          locations[component, default: [:]][part.name] = WeightLocation(
            file: file, entry: entry, rows: part.rows)
        }
      } else {
        locations[component, default: [:]][name] = WeightLocation(file: file, entry: entry)
      }
    }
  }
}

/// The settings of the training, which no shape shows.
private struct Schedule {
  let configuration: [String: JSONValue]
  let latentSize: Int
  let assumptions: [String]

  init(_ file: TensorFile, _ contextWidth: Int, _ settings: LDMConfiguration?) {
    var (prediction, assumptions) = (settings?.prediction, [String]())
    if prediction == nil { (prediction, assumptions) = Self.guess(file, isSecond: contextWidth == 1024) }
    latentSize = settings?.latentSize ?? (prediction == "v_prediction" ? 96 : 64)
    self.assumptions = assumptions
    configuration = [
      "_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_schedule": "scaled_linear",
      "beta_start": .number(settings?.betaStart ?? 0.00085), "beta_end": .number(settings?.betaEnd ?? 0.012),
      "prediction_type": .text(prediction ?? "epsilon"), "set_alpha_to_one": false, "steps_offset": 1,
      "clip_sample": false, "rescale_betas_zero_snr": .flag(file.entry("ztsnr") != nil),
    ]
  }

  /// Stable Diffusion 1.x predicts the noise. Of 2.x there are two kinds with the same shapes: those for 512 pixels
  /// predict the noise, those for 768 the velocity v. What distinguishes them: a tensor that other programs add, the
  /// architecture in SAI's metadata, the training step at which the first ended (which diffusers uses), and the names
  /// under which they were published.
  private static func guess(_ file: TensorFile, isSecond: Bool) -> (String, [String]) {
    if file.entry("v_pred") != nil { return ("v_prediction", []) }
    guard isSecond else { return ("epsilon", []) }
    let advice =
      "If pictures look burnt or grey, put the model's original .yaml, which gives parameterization, beside the file under the same name."
    let architecture = file.metadata["modelspec.architecture"] ?? ""
    let name = String(file.path.split(separator: "/").last ?? "").lowercased()
    if architecture.hasSuffix("768-v") || architecture.hasSuffix("-v") { return ("v_prediction", []) }
    if architecture.hasSuffix("512") { return ("epsilon", []) }
    if file.metadata["global_step"] == "875000" {
      return (
        "epsilon",
        ["Prediction: epsilon, as the file's global_step is that of Stable Diffusion 2 base. \(advice)"]
      )
    }
    if ["base", "512"].contains(where: name.contains) {
      return ("epsilon", ["Prediction: epsilon, because of the file's name. \(advice)"])
    }
    return ("v_prediction", ["Prediction: v, as most Stable Diffusion 2.x models have it. \(advice)"])
  }
}
