import ArgumentParser
import Checkpoints
import Files
import Foundation
import LatentWalk
import StableDiffusion

struct ShowModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract:
      "Shows what a model or another file with tensors is, loads a model, and says what of it is not used and why.",
    discussion: """
      Example: latentwalk models show v1-5-pruned-emaonly.safetensors

      For LoRA files, autoencoders, textual inversions and other files it says what they are and which option takes them.
      """)

  @Argument(
    help:
      "A diffusers folder, a file with tensors, a name that 'latentwalk models' lists, or digits of a model's SHA-256.",
    completion: .file(extensions: ["safetensors", "ckpt", "pt", "pth", "bin"]))
  var path: String

  func run() throws {
    let models = ModelStore()
    let path = try (try? models.library.path(path)) ?? models.folder(path).path
    if let file = try file(path) {
      for line in try lines(about: file) + contents(of: file) { print(line) }
      if !file.kind.isModel { return }
    }
    let folder = try models.library.folder(path)
    let identity = [line("Model", folder.path), line("SHA-256", try models.sha256(of: folder).short)]
    let about = try lines(about: folder) + linesAboutUnused(folder)
    for line in (folder.singleFile == nil ? identity : []) + about { print(line) }
  }

  /// A file, or the one in the folder of a network that stands alone, such as an autoencoder; nil for a model's folder.
  private func file(_ path: String) throws -> SingleFile? {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if !isFolder.boolValue { return try SingleFile(path: path) }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    guard names.contains("config.json") || names.contains("taesd_decoder.safetensors"),
      !names.contains("model_index.json")
    else { return nil }
    let endings = [".safetensors", ".bin"]
    let weights = endings.lazy.compactMap { ending in names.first { $0.hasSuffix(ending) } }.first
    return try weights.map { try SingleFile(path: "\(path)/\($0)") }
  }

  private func lines(about single: SingleFile) throws -> [String] {
    let file = single.file
    // Of each layer's rank and each word cloneofsimo's lora makes a note.
    let notes = file.metadata.filter { !$0.key.hasSuffix(":rank") && $0.value != "<embed>" }
      .sorted { $0.key < $1.key }.prefix(12).map { key, value in
        line("Note", "\(key): \(value.count > 80 ? value.prefix(80) + "..." : value)")
      }
    return [
      line("File", "\(file.path) (\(file.format.rawValue))"),
      line("SHA-256", try FileDigests().digest(of: file.path).short),
      line("Kind", single.kind.rawValue + (single.kind.advice.map { ". \($0)." } ?? "")),
      line("Tensors", summary(file.entries)),
    ] + notes + single.assumptions.map { line("Assumed", $0) }
  }

  /// What a file adds to a model, or why it cannot be added.
  private func contents(of single: SingleFile) -> [String] {
    let path = single.file.path
    do {
      switch single.kind {
      case .lora:
        let lora = try LoRA(path: path)
        let (unet, text) = lora.layerCounts
        return [line("Changes", "\(counted(unet, "layer")) of the UNet, \(text) of the text encoder")]
          + lora.textualInversions.map(line)
      case .textualInversion: return try TextualInversion.read(path: path).map(line)
      default: return []
      }
    } catch {
      return [line("Not usable", "\(error)")]
    }
  }

  private func line(_ word: TextualInversion) -> String {
    line("Word", "\(word.token): \(counted(word.size.vectors, "vector")) of \(word.size.width) numbers")
  }

  private func lines(about folder: ModelFolder) throws -> [String] {
    let model = try ModelDescription(folder)
    let size = model.unet.sampleSize
    let about = [
      line(
        "Picture",
        "\(model.defaultSize) x \(model.defaultSize) pixels, multiples of \(model.autoencoder.factor)"),
      line("Latents", "\(size) x \(size) x \(model.unet.latentChannels)"),
      line("Text embedding", "\(model.textEncoder.positions) x \(model.textEncoder.width)"),
      line("Prediction", model.prediction.rawValue),
      line("Training steps", "\(model.noiseSchedule.alphaBars.count)"),
    ]
    return about
      + (try components(of: folder).map { line($0, summary(try folder.weights($0).entries)) })
      + (lacksAutoencoder(folder) ? [line("vae", "none; give one with --vae FILE")] : [])
  }

  private func lacksAutoencoder(_ folder: ModelFolder) -> Bool {
    folder.singleFile.map { $0.names("vae").isEmpty } ?? false
  }

  private func components(of folder: ModelFolder) -> [String] {
    ["text_encoder", "unet"] + (lacksAutoencoder(folder) ? [] : ["vae"])
  }

  /// What is not used and why. The model is loaded to find out.
  private func linesAboutUnused(_ folder: ModelFolder) throws -> [String] {
    var reasons = folder.singleFile?.unneeded.filter { $0.key != "" } ?? [:]
    for component in components(of: folder) {
      for (name, reason) in try folder.weights(component).ignored {
        reasons[reason, default: []].append(name)
      }
    }
    return reasons.sorted { $0.key < $1.key }.map { reason, names in
      line(
        "Not used",
        (names.count == 1 ? names[0] : "\(names.count) tensors such as \(names.sorted()[0])") + ": \(reason)")
    }
      + (try unusedTensors(folder).map { line("Not used", "\($0): no layer of the model uses it") })
  }

  private func unusedTensors(_ folder: ModelFolder) throws -> [String] {
    guard lacksAutoencoder(folder) else { return try StableDiffusionPipeline(folder).unusedTensors }
    let weights = try folder.weights("unet")
    _ = try UNet(weights, ModelDescription(folder).unet)
    return folder.unknownTensors
      + (try PromptEncoder(folder).unusedTensors + weights.unused)
  }

  private func line(_ title: String, _ text: String) -> String {
    title + String(repeating: " ", count: max(1, 20 - title.count)) + text
  }

  private func summary(_ entries: [TensorEntry]) -> String {
    let (values, bytes) = (entries.reduce(0) { $0 + $1.count }, entries.reduce(0) { $0 + $1.byteCount })
    let precisions = Set(entries.map(\.elementName)).sorted().joined(separator: " and ")
    return
      "\(counted(entries.count, "tensor")), \(amount(values, "parameter")), \(precisions), \(amount(bytes, "B"))"
  }

  /// 768 parameters, 3072 B, 859.5 M parameters, 1719.0 MB
  private func amount(_ count: Int, _ unit: String) -> String {
    guard count >= 100_000 else { return unit == "B" ? "\(count) B" : counted(count, unit) }
    let tenths = (count + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) " + (unit == "B" ? "MB" : "M \(unit)s")
  }
}
