import Glibc

/// The installed programs ffmpeg and ffprobe.
package struct FFmpeg: Sendable {
  let ffmpeg: String
  let ffprobe: String

  /// Nil if one of them is in none of the folders.
  /// - Parameter searchPath: folders with colons between them; by default those of PATH.
  package init?(searchPath: String? = getenv("PATH").map { String(cString: $0) }) {
    let folders = (searchPath ?? "").split(separator: ":")
    func path(of program: String) -> String? {
      folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
    guard let ffmpeg = path(of: "ffmpeg"), let ffprobe = path(of: "ffprobe") else { return nil }
    (self.ffmpeg, self.ffprobe) = (ffmpeg, ffprobe)
  }

  /// What every call begins with. Messages are errors only, and nothing is read from the terminal.
  static let quiet = ["-nostdin", "-hide_banner", "-loglevel", "error"]

  /// A file as an argument: a name with a colon is no protocol, and one with a hyphen no option.
  static func file(_ path: String) -> String { "file:" + path }
}
