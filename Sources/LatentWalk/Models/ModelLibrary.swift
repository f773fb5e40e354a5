import BundledModels
import Checkpoints
import Foundation

/// The models on this machine: found by path, by name in the folders where models are kept, or by their name in Hugging
/// Face's cache.
public struct ModelLibrary: Sendable {
  /// Folders with models in them, in the order in which they are searched.
  public let places: [String]
  /// Folders that Hugging Face's programs fetch models into.
  public let hubs: [String]

  /// The name of the model that comes with the program.
  public static let bundledModel = "tiny"

  /// LATENTWALK_MODELS (a list separated by colons), the folder of the bundled model, the user's own
  /// ~/.local/share/latentwalk/models; and Hugging Face's cache: HF_HUB_CACHE, HF_HOME/hub, ~/.cache/huggingface/hub.
  ///
  /// The bundled model is searched beside the running program (SwiftPM copies it there), in ../share/latentwalk/Models
  /// as installed, and in the checkout that the program was built from.
  public static func standard() -> ModelLibrary {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? "~"
    let named = environment["LATENTWALK_MODELS"]?.split(separator: ":").map(String.init) ?? []
    return ModelLibrary(
      places: named + BundledModels.folders() + ["\(home)/.local/share/latentwalk/models"],
      hubs: [
        environment["HF_HUB_CACHE"], environment["HF_HOME"].map { "\($0)/hub" },
        "\(home)/.cache/huggingface/hub",
      ].compactMap { $0 })
  }

  public init(places: [String], hubs: [String] = []) {
    self.places = places
    self.hubs = hubs
  }

  /// A model, given by path or by name.
  public func folder(_ pathOrName: String) throws -> ModelFolder {
    try ModelFolder(path: path(pathOrName), tokenizer: tokenizer)
  }

  /// Where a model or another file lies, given by path or by name.
  public func path(_ pathOrName: String) throws -> String {
    if FileManager.default.fileExists(atPath: pathOrName) { return pathOrName }
    if let path = byName().first(where: { $0.matches(pathOrName) })?.path { return path }
    let cached = checkpoints { $0.matches(pathOrName) || $0.isInside(pathOrName) }
    guard cached.count <= 1 else {
      throw RenderError.severalModels(name: pathOrName, choices: cached.map(\.name))
    }
    if let path = cached.first?.path { return path }
    let parts = pathOrName.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, !parts.contains(where: { ["", ".", "..", "~"].contains($0) }) {
      if let place = snapshots().first(where: { Self.name(of: $0) == pathOrName }) {
        throw RenderError.incomplete(name: pathOrName, place: place)
      }
      throw RenderError.notFetched(name: pathOrName, hubs: hubs)
    }
    // Opening the path gives an error that says what is wrong with it.
    if pathOrName.contains("/") { return pathOrName }
    throw RenderError.noSuchModel(name: pathOrName, searched: places + hubs)
  }

  /// A model that is found.
  public struct Model: Sendable {
    /// What it is called: its folder's name, its file's without the ending, or its name at Hugging Face, OWNER/NAME or
    /// OWNER/NAME/FILE.
    public let name: String
    public let path: String

    init(_ path: String) {
      name = ModelLibrary.name(of: path)
      self.path = path
    }

    /// A single file is also found with its ending, a model of Hugging Face's also without its owner.
    fileprivate func matches(_ name: String) -> Bool {
      let names = [self.name, "\(self.name).\((path as NSString).pathExtension)", path]
      return names.contains { $0 == name || $0.hasSuffix("/\(name)") }
    }

    /// Whether it is a file in the repository of this name.
    fileprivate func isInside(_ repository: String) -> Bool {
      repository.contains("/") && name.hasPrefix(repository + "/")
    }
  }

  /// All models that are found, and single files beside them.
  public func models() -> [Model] { byName() + checkpoints { _ in true } }

  /// All that lies in the folders with models, adapters and autoencoders among it.
  func contents() -> [String] { places.flatMap { place in Self.names(in: place).map { "\(place)/\($0)" } } }

  /// What is a model by its name, or by the names in its folder.
  private func byName() -> [Model] {
    (contents() + snapshots()).filter(Self.isModel).map(Model.init)
  }

  /// Single files in Hugging Face's cache that are models. The cache holds files of many programs, so only those that
  /// match are opened.
  private func checkpoints(where isWanted: (Model) -> Bool) -> [Model] {
    snapshots().flatMap { place in Self.names(in: place).map { "\(place)/\($0)" } }.filter(Self.isModel)
      .map(Model.init).filter { isWanted($0) && (try? SingleFile(path: $0.path).kind.isModel) == true }
  }

  /// What Hugging Face's programs have fetched: a folder for each repository.
  private func snapshots() -> [String] {
    hubs.flatMap { hub in
      Self.names(in: hub).filter { $0.hasPrefix("models--") }.compactMap { Self.snapshot("\(hub)/\($0)") }
    }
  }

  /// What a model is called. In Hugging Face's cache .../models--OWNER--NAME/snapshots/COMMIT is OWNER/NAME, and a file
  /// in it OWNER/NAME/FILE.
  static func name(of path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    let last = parts.last ?? path
    let ending = (last as NSString).pathExtension
    let name = endings.contains(ending) ? String(last.dropLast(ending.count + 1)) : last
    guard let place = parts.lastIndex(of: "snapshots"), place > 0, parts[place - 1].hasPrefix("models--"),
      2...3 ~= parts.count - place
    else { return name }
    let repository = parts[place - 1].dropFirst("models--".count).components(separatedBy: "--")
    return (parts.count - place == 3 ? repository + [name] : repository).joined(separator: "/")
  }

  /// What a model is fetched with.
  static func fetching(_ name: String) -> String {
    let options = [
      ("include", "model_index.json"), ("include", "*/*"), ("exclude", "*.bin"), ("exclude", "*.msgpack"),
      ("exclude", "safety_checker/*"),
    ]
    return "hf download \(name) " + options.map { "--\($0) \"\($1)\"" }.joined(separator: " ")
  }

  private static let endings: Set = ["safetensors", "ckpt", "pth", "pt"]

  private static func isModel(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/model_index.json")
      || endings.contains((path as NSString).pathExtension)
  }

  /// The state of a repository in Hugging Face's cache that `main` names, or the only one that is there.
  private static func snapshot(_ repository: String) -> String? {
    let main = try? String(contentsOfFile: "\(repository)/refs/main", encoding: .utf8)
    let commits = names(in: "\(repository)/snapshots")
    let commit = main.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? commits.first
    return commit.flatMap { commits.contains($0) ? "\(repository)/snapshots/\($0)" : nil }
  }

  /// The vocabulary of the bundled model, which is CLIP's whole one: single files have none.
  private var tokenizer: String? {
    places.map { "\($0)/\(Self.bundledModel)/tokenizer" }
      .first { FileManager.default.fileExists(atPath: $0 + "/vocab.json") }
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
}
