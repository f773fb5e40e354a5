import ArgumentParser
import Checkpoints
import Foundation
import LatentWalk
import StableDiffusion

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists the models that are found, or shows what a file is.",
    subcommands: [ListModelsCommand.self, ShowModelCommand.self], defaultSubcommand: ListModelsCommand.self)
}

struct ListModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the models that are found: name, path, and what a single file is.",
    discussion: """
      Searched are the folders in LATENTWALK_MODELS (separated by colons), the models that come with the program, \
      ~/.local/share/latentwalk/models and Hugging Face's cache (HF_HUB_CACHE, HF_HOME or ~/.cache/huggingface/hub).
      """)

  func run() {
    let library = ModelLibrary.standard()
    let models = library.models()
    if models.isEmpty { print("No models are found.") }
    for model in models {
      print("\(model.name)\t\(model.path)\(kind(of: model.path).map { "\t" + $0 } ?? "")")
    }
    print("Searched: \((library.places + library.hubs).joined(separator: ", "))")
  }

  /// What a single file is; nil for a folder.
  private func kind(of path: String) -> String? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
      return nil
    }
    return (try? SingleFile(path: path).kind.rawValue) ?? "cannot be read; 'latentwalk models show' says why"
  }
}

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
    help: "A diffusers folder, a file with tensors, or a name that 'latentwalk models' lists.",
    completion: .file(extensions: ["safetensors", "ckpt", "pt", "pth", "bin"]))
  var path: String

  func run() throws {
    let library = ModelLibrary.standard()
    let path = try library.path(path)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      let file = try SingleFile(path: path)
      for line in lines(about: file) { print(line) }
      if file.kind.advice != nil { return }
    }
    let folder = try library.folder(path)
    for line in try lines(about: folder) + linesAboutUnused(folder) { print(line) }
  }

  private func lines(about single: SingleFile) -> [String] {
    let file = single.file
    let notes = file.metadata.sorted { $0.key < $1.key }.prefix(12).map { key, value in
      line("Note", "\(key): \(value.count > 80 ? value.prefix(80) + "..." : value)")
    }
    return [
      line("File", "\(file.path) (\(file.format.rawValue))"),
      line("Kind", single.kind.rawValue + (single.kind.advice.map { ". \($0)." } ?? "")),
      line("Tensors", summary(file.entries)),
    ] + notes + single.assumptions.map { line("Assumed", $0) }
  }

  private func lines(about folder: ModelFolder) throws -> [String] {
    let model = try ModelDescription(folder)
    let size = model.unet.sampleSize
    let about = [
      line(
        "Picture", "\(model.defaultSize) x \(model.defaultSize) pixels, multiples of \(model.sizeMultiple)"),
      line("Latents", "\(size) x \(size) x \(model.unet.latentChannels)"),
      line("Text embedding", "\(model.textEncoder.positions) x \(model.textEncoder.width)"),
      line("Prediction", model.prediction.rawValue),
      line("Training steps", "\(model.noiseSchedule.alphaBars.count)"),
    ]
    return (folder.singleFile == nil ? [line("Model", folder.path)] : []) + about
      + (try ["text_encoder", "unet", "vae"].map { line($0, summary(try folder.weights($0).entries)) })
  }

  /// What is not used and why. The model is loaded for this, as only that tells.
  private func linesAboutUnused(_ folder: ModelFolder) throws -> [String] {
    var reasons = folder.singleFile?.unneeded.filter { $0.key != "" } ?? [:]
    for component in ["text_encoder", "unet", "vae"] {
      for (name, reason) in try folder.weights(component).ignored {
        reasons[reason, default: []].append(name)
      }
    }
    return reasons.sorted { $0.key < $1.key }.map { reason, names in
      line(
        "Not used",
        names.count == 1 ? "\(names[0]): \(reason)" : "\(names.count) as \(names.sorted()[0]): \(reason)")
    }
      + (try Generator(folder).unusedTensors.map {
        line("Not used", "\($0): no layer of the model asks for it")
      })
  }

  private func line(_ title: String, _ text: String) -> String {
    title + String(repeating: " ", count: max(1, 20 - title.count)) + text
  }

  private func summary(_ entries: [TensorEntry]) -> String {
    "\(entries.count) \(entries.count == 1 ? "tensor" : "tensors"), \(millions(entries.reduce(0) { $0 + $1.count })) parameters, "
      + "\(Set(entries.map(\.elementName)).sorted().joined(separator: " and ")), "
      + "\(millions(entries.reduce(0) { $0 + $1.byteCount }))B"
  }

  private func millions(_ count: Int) -> String {
    let tenths = (count + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) M"
  }
}
