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
      Self.names(in: place).sorted().map { name in (Self.name(name, in: place), "\(place)/\(name)") }
    }.filter { FileManager.default.fileExists(atPath: $0.path + "/model_index.json") }
  }

  /// A snapshot of Hugging Face's cache is called by its model: .../models--OWNER--NAME/snapshots/COMMIT is NAME.
  private static func name(_ folder: String, in place: String) -> String {
    let parts = place.split(separator: "/").suffix(2)
    guard parts.last == "snapshots", let repository = parts.first else { return folder }
    return repository.components(separatedBy: "--").last ?? folder
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
