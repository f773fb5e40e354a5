import ArgumentParser
import Foundation
import LatentWalk

/// Whether results may be replaced.
struct OutputOptions: ParsableArguments {
  @Flag(
    help: "Overwrite a result that is there already. One with the same recipe is overwritten in any case.")
  var force = false

  /// Stops before any work is done if a result could not be written in the end, or would replace another.
  func requireWritable(_ path: String, _ option: String, recipe: Recipe? = nil) throws {
    try tryWriting(path, option)
    guard !force, !isDevice(path), FileManager.default.fileExists(atPath: path) else { return }
    if let recipe, case .recipe(recipe) = try? ResultFile(path: path).contents { return }
    let reason = recipe == nil ? "it is there already" : "it is there already, and was made by another recipe"
    throw OutputError(
      path: path, reason: reason, advice: "Choose another place with \(option), or overwrite it with --force")
  }

  /// Trying is the only sure way to know: permissions, read-only disks and /proc refuse in different ways.
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
    let trial = "\(path).\(getpid()).partial"
    let descriptor = open(trial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw refusal("no file can be made in \(folder) (\(String(cString: strerror(errno)).lowercased()))")
    }
    close(descriptor)
    unlink(trial)
  }
}

/// A result that has no place to go.
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

/// Whether a path leads to no place for files, but to a device or a pipe. /dev/stdout is one, even where the shell
/// sends it into a file; /dev/shm/walk.gif is none.
func isDevice(_ path: String) -> Bool {
  var status = stat()
  let isFile = stat(path, &status) != 0 || [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  return !isFile || ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/")
}
