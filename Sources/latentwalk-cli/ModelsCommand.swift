import ArgumentParser
import Checkpoints
import Foundation
import LatentWalk

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
