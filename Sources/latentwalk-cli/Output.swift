import ArgumentParser
import Foundation
import LatentWalk
import Media

/// Whether results may be replaced.
struct OutputOptions: ParsableArguments {
  @Flag(
    help:
      "Overwrite a file that is there already; one that carries the same recipe is overwritten without it.")
  var force = false

  /// Stops before any work is done if a result could not be written in the end, or would replace another.
  /// - Parameters:
  ///   - draft: what the recipe was made of, if more is measured for it.
  ///   - frame: where the result is a frame of a walk, its number.
  func requireWritable(
    _ path: String, _ option: String, recipe: Recipe? = nil, of draft: RecipeDraft? = nil, frame: Int? = nil
  ) throws {
    try tryWriting(path, option)
    guard !force, !isDevice(path), FileManager.default.fileExists(atPath: path) else { return }
    if let recipe, let result = try? ResultFile(path: path), case .recipe(let known) = result.contents,
      result.frame == frame, known.playback == recipe.playback,
      draft.map({ known.isMeasured(from: recipe, extra: $0.measuredExtra, findsRadius: $0.findsRadius) })
        ?? (known == recipe)
    {
      return
    }
    let reason = recipe == nil ? "it is there already" : "it is there already, and was made by another recipe"
    throw OutputError(
      path: path, reason: reason, advice: "Choose another place with \(option), or overwrite it with --force")
  }

  private func tryWriting(_ path: String, _ option: String) throws {
    func refusal(_ reason: String) -> OutputError {
      OutputError(path: path, reason: reason, advice: "Choose another place with \(option)")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw refusal("there is no folder \(folder)")
    }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw refusal("it is a folder")
    }
    if isDevice(path) { return }
    do throws(MediaError) {
      try Media.tryWriting(toFile: path)
    } catch {
      guard case .cannotWrite(_, let reason) = error else { throw error }
      throw refusal("no file can be made in \(folder) (\(reason))")
    }
  }
}

/// A result that cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let path: String
  let reason: String
  let advice: String

  var description: String { "Cannot write \(path): \(reason). \(advice)." }
}

/// Stops with exit code 64 unless a file that is to be written has the ending of its format.
func requireExtension(_ ending: String, _ path: String, _ option: String) throws {
  guard path.lowercased().hasSuffix(ending) || isDevice(path) else {
    throw ValidationError("\(option) is \(path); choose a name that ends in \(ending).")
  }
}
