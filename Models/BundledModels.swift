import FoundationEssentials

/// Finds the folder with the model that comes with this package, `tiny`, from wherever the running program is.
///
/// `Bundle.module` is not used: it ends the process if the folder is missing.
package enum BundledModels {
  /// The folder of the running program, symbolic links resolved; nil without /proc.
  package static var programFolder: String? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map(parent)
  }

  /// The folder that has the bundled model in it; if there is none, all folders that were searched.
  ///
  /// - Parameters:
  ///   - programFolder: where the program is.
  ///   - checkout: the folder of this file when it was compiled.
  package static func folders(
    programFolder: String? = programFolder,
    checkout: String = parent(of: #filePath)
  ) -> [String] {
    var searched: [String] = []
    if let programFolder {
      searched = ["\(programFolder)/\(resources)", "\(parent(of: programFolder))/share/latentwalk/Models"]
    }
    searched.append(checkout)
    let found = searched.first { FileManager.default.fileExists(atPath: "\($0)/tiny/model_index.json") }
    return found.map { [$0] } ?? searched
  }

  private static func parent(of path: String) -> String {
    path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
  }

  /// Where SwiftPM copies this target's resources, beside every executable that depends on it:
  /// PACKAGE_TARGET.resources.
  private static let resources = "LatentWalk_BundledModels.resources"
}
