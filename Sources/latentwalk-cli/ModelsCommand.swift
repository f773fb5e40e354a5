import ArgumentParser
import Checkpoints
import LatentWalk
import StableDiffusion

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists the models that are found, or shows one.",
    subcommands: [ListModelsCommand.self, ShowModelCommand.self], defaultSubcommand: ListModelsCommand.self)
}

struct ListModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the models that are found.")

  func run() {
    let library = ModelLibrary.standard()
    let models = library.models()
    if models.isEmpty { print("No models are found.") }
    for model in models { print("\(model.name)\t\(model.path)") }
    print("Searched: \(library.places.joined(separator: ", "))")
  }
}

struct ShowModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what a model is and what would be loaded.")

  @Argument(help: "A diffusers folder, or a name that 'latentwalk models' lists.", completion: .directory)
  var path: String

  func run() throws {
    let folder = try ModelLibrary.standard().folder(path)
    let model = try ModelDescription(folder)
    print("Model               \(folder.path)")
    print(
      "Picture             \(model.defaultSize) x \(model.defaultSize) pixels, multiples of \(model.sizeMultiple)"
    )
    print(
      "Latents             \(model.unet.sampleSize) x \(model.unet.sampleSize) x \(model.unet.latentChannels)"
    )
    print("Text embedding      \(model.textEncoder.positions) x \(model.textEncoder.width)")
    print("Prediction          \(model.prediction.rawValue)")
    print("Training steps      \(model.noiseSchedule.alphaBars.count)")
    for component in ["text_encoder", "unet", "vae"] {
      let entries = try folder.weights(component).entries
      let padding = String(repeating: " ", count: 20 - component.count)
      print(
        "\(component)\(padding)\(entries.count) tensors, \(millions(entries.reduce(0) { $0 + $1.count })) parameters, "
          + "\(Set(entries.map(\.elementName)).sorted().joined(separator: " and ")), "
          + "\(millions(entries.reduce(0) { $0 + $1.byteCount }))B")
    }
  }

  private func millions(_ count: Int) -> String {
    let tenths = (count + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) M"
  }
}
