import Checkpoints
import Foundation

/// The models on this machine: found by path, or by name in the folders where models are kept.
public struct ModelLibrary {
  /// Folders with models in them, in the order in which they are searched.
  public let places: [String]

  /// The name of the model that comes with the program.
  public static let bundledModel = "tiny"

  /// The `Models` folder that comes with the program, LATENTWALK_MODELS (a list separated by colons), the user's own
  /// ~/.local/share/latentwalk/models and what Hugging Face's programs have fetched.
  public static func standard(executable: String = CommandLine.arguments[0]) -> ModelLibrary {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? "~"
    let named = environment["LATENTWALK_MODELS"]?.split(separator: ":").map(String.init) ?? []
    let hub = "\(environment["HF_HOME"] ?? "\(home)/.cache/huggingface")/hub"
    let snapshots = names(in: hub).filter { $0.hasPrefix("models--") }.map { "\(hub)/\($0)/snapshots" }
    return ModelLibrary(
      places: named + bundledPlaces(executable) + ["\(home)/.local/share/latentwalk/models"] + snapshots)
  }

  public init(places: [String]) { self.places = places }

  /// The folder of a model, given by path or by name.
  public func folder(_ pathOrName: String) throws -> ModelFolder {
    if FileManager.default.fileExists(atPath: pathOrName) || pathOrName.contains("/") {
      return try ModelFolder(path: pathOrName)
    }
    guard let path = models().first(where: { $0.name == pathOrName })?.path else {
      throw RenderError.noSuchModel(name: pathOrName, searched: places)
    }
    return try ModelFolder(path: path)
  }

  /// All models that are found, by name and path.
  public func models() -> [(name: String, path: String)] {
    places.flatMap { place in
      Self.names(in: place).sorted().map { (Self.name(of: "\(place)/\($0)"), "\(place)/\($0)") }
    }.filter { FileManager.default.fileExists(atPath: $0.path + "/model_index.json") }
  }

  /// What a model is called: its folder's name. A snapshot in Hugging Face's cache is called by its repository:
  /// .../models--OWNER--NAME/snapshots/COMMIT is NAME.
  static func name(of path: String) -> String {
    let parts = path.split(separator: "/").suffix(3)
    guard parts.count == 3, parts.dropLast().last == "snapshots", let repository = parts.first else {
      return parts.last.map(String.init) ?? path
    }
    return repository.components(separatedBy: "--").last ?? path
  }

  /// `Models` beside the executable or in a folder above it, as in a checkout; or in share, as an installation has it.
  private static func bundledPlaces(_ executable: String) -> [String] {
    let resolved =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? executable
    var folder = URL(fileURLWithPath: resolved).deletingLastPathComponent()
    var places: [String] = []
    while folder.path != "/" {
      places += [folder.path + "/Models", folder.path + "/share/latentwalk/models"]
      folder.deleteLastPathComponent()
    }
    return places.filter { FileManager.default.fileExists(atPath: $0) }
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}
