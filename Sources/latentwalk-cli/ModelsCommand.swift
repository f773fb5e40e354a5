import ArgumentParser
import Checkpoints
import Files
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
    abstract: "Lists the models that are found: name, path, what a single file is, and its SHA-256.",
    discussion: """
      Searched are the folders in LATENTWALK_MODELS (separated by colons), the models that come with the program, \
      ~/.local/share/latentwalk/models and Hugging Face's cache (HF_HUB_CACHE, HF_HOME or ~/.cache/huggingface/hub).

      Of the SHA-256 the first ten digits are shown, as AUTOMATIC1111 and Civitai do. It is computed once, \
      which takes a few seconds for each model, and then remembered.
      """)

  func run() {
    let digests = FileDigests()
    let store = ModelStore(digests: digests)
    let (library, models) = (store.library, store.library.models())
    if models.isEmpty { print("No models are found.") }
    for model in models {
      let kind = kind(of: model.path)
      print("\(model.name)\t\(model.path)\(kind.map { "\t" + $0 } ?? "")")
      // The line is shown before a large model is read.
      fflush(nil)
      let sha256 = Result {
        try kind == nil ? store.sha256(of: library.folder(model.path)) : digests.digest(of: model.path)
      }
      if case .success(let sha256) = sha256 { print("  SHA-256 \(sha256.short)") }
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
