import FoundationEssentials

/// One of the files that decide a model's numbers.
public struct ModelFile: Hashable, Sendable {
  /// The file's role, the same wherever the model is stored: in a folder its relative path, `unet/config.json`; of a
  /// single file the last part of its path.
  public let name: String
  public let path: String

  public init(name: String, path: String) {
    self.name = name
    self.path = path
  }

  /// A file by the last part of its path.
  package init(alone path: String) {
    self.init(name: path.split(separator: "/").last.map(String.init) ?? path, path: path)
  }
}

extension ModelFolder {
  /// The files that decide the model's numbers, exactly those that are read when it is loaded, sorted by name: of a
  /// folder `model_index.json`, the components' configurations and weights and the tokenizer's files; of a single file
  /// the file, the settings beside it, and the vocabulary from elsewhere.
  ///
  /// Their digests are the model's identity: a file that appears, disappears or changes gives other numbers, or may do
  /// so.
  /// - Throws: `CheckpointError` if a component has no weights.
  public func files() throws -> [ModelFile] {
    let own = if singleFile != nil { singleFiles() } else { try folderFiles() }
    return (own + configurationFiles() + tokenizerFiles()).sorted { $0.name < $1.name }
  }

  /// The components that make pictures. The others in a folder, such as the safety checker, are not read.
  private static let components = ["scheduler", "text_encoder", "unet", "vae"]

  private func folderFiles() throws -> [ModelFile] {
    let weights = try Self.components.filter { $0 != "scheduler" }.flatMap { component in
      try Self.weightFiles(in: "\(path)/\(component)").map { file in
        ModelFile(name: "\(component)/\(file.name)", path: file.path)
      }
    }
    return [ModelFile(name: "model_index.json", path: path + "/model_index.json")] + weights
  }

  private func singleFiles() -> [ModelFile] {
    [path, SingleFile.settingsPath(beside: path)].compactMap { $0 }.map(ModelFile.init(alone:))
  }

  private func configurationFiles() -> [ModelFile] {
    Self.components.compactMap { component in
      let name = Self.configurationName(component)
      guard let path = configurationPaths[component] ?? (singleFile == nil ? file(component, name) : nil)
      else {
        return nil
      }
      return ModelFile(name: "\(component)/\(name)", path: path)
    }
  }

  private func tokenizerFiles() -> [ModelFile] {
    let files = ["vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json"].map {
      ModelFile(name: "tokenizer/\($0)", path: "\(tokenizerPath)/\($0)")
    }
    // Without the first two nothing is read; the others say less usual things.
    return files.prefix(2) + files.dropFirst(2).filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// The files with the weights in the folder of a component; several of them with their index.
  package static func weightFiles(in folder: String) throws -> [ModelFile] {
    switch try weightFile(in: folder) {
    case .whole(let path): [ModelFile(alone: path)]
    case .index(let path):
      try [ModelFile(alone: path)]
        + Set(ShardIndex(path: path).files.values).sorted().map {
          ModelFile(name: $0, path: "\(folder)/\($0)")
        }
    }
  }
}
