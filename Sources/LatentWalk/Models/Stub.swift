import Checkpoints
import Foundation
import StableDiffusion

extension ModelFolder {
  var files: [String] {
    get throws {
      guard singleFile == nil else { return [path] }
      return FileManager.default.enumerator(atPath: path)!.compactMap { $0 as? String }.map {
        path + "/" + $0
      }.filter {
        !FileManager.default.contentsEqual(atPath: $0, andPath: "/nowhere") && !$0.hasSuffix("README.md")
      }.filter {
        var d: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: $0, isDirectory: &d)
        return !d.boolValue
      }
    }
  }
}
extension AutoencoderFiles {
  static func files(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + "/" + $0 }
  }
}
