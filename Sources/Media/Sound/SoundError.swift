/// Why a sound cannot be read, as one sentence for the user.
public enum SoundError: Error, Hashable, CustomStringConvertible {
  case cannotRead(path: String, reason: String)
  /// - Parameter format: what the file is, with its article: "an MP3 file", "a WAV file with A-law samples".
  case needsConversion(path: String, format: String)
  case notASound(path: String)
  case damaged(path: String, reason: String)
  /// - Parameter sample: its number, from 0, counted in each channel.
  case implausibleSample(path: String, sample: Int, value: Double)

  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "Cannot read \(path): \(reason). Check the path and its permissions."
    case .needsConversion(let path, let format):
      "\(path) is \(format), and only WAV files with PCM or float samples are read. "
        + "Convert it with: ffmpeg -i \(Self.quoted(path)) \(Self.quoted(path + ".wav"))"
    case .notASound(let path):
      "\(path) is no sound in a format that is known here. Give a WAV file, or convert it with: "
        + "ffmpeg -i \(Self.quoted(path)) \(Self.quoted(path + ".wav"))"
    case .damaged(let path, let reason):
      "Cannot read \(path), the file is damaged: \(reason). Make it again, or take another copy of it."
    case .implausibleSample(let path, let sample, let value):
      "Cannot read \(path), the file is damaged: sample \(sample) is \(value), and samples lie between -1 and 1. "
        + "Make it again, or take another copy of it."
    }
  }

  /// A path as a word of a shell's command.
  private static func quoted(_ path: String) -> String {
    let plain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "/._-+,@".utf8.contains(byte)
      }
    }
    if plain && !path.isEmpty { return path }
    return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
