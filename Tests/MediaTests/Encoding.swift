import Foundation
import Media
import TestFolders
import Testing

/// An animation in the format of its name.
func encodeAnimation(
  _ pictures: [Picture], to path: String, framesPerSecond: Double = 10, isEndless: Bool = true,
  recipe: String? = nil
) throws {
  let animation = AnimationDescription(
    width: pictures[0].width, height: pictures[0].height, frameCount: pictures.count,
    framesPerSecond: framesPerSecond, isEndless: isEndless)
  let encoder = try animationEncoder(for: path, animation, recipe: recipe)
  for picture in pictures { try encoder.add(picture) }
  try encoder.finish()
}

/// Peak signal-to-noise ratio in decibels; infinite for equal pictures.
func psnr(_ a: Picture, _ b: Picture) -> Double {
  guard (a.width, a.height) == (b.width, b.height) else { return -.infinity }
  let squares = zip(a.pixels, b.pixels).reduce(0.0) { sum, pair in
    let difference = Double(pair.0) - Double(pair.1)
    return sum + difference * difference
  }
  return 10 * log10(255 * 255 * Double(a.pixels.count) / squares)
}

/// A recipe of some kilobytes that has what the formats must escape, and letters beyond ASCII as JSON writes them in it.
func recipe(bytes count: Int) -> String {
  let tricky = #"{"tool":"LatentWalk","a":"m\u00fcller \ud83e\udd89 <b> & ]]> \"x\" = ; # \\ \n","b":""#
  return tricky + String(repeating: "x", count: count - tricky.utf8.count - 2) + "\"}"
}

/// What a program writes to its standard output.
func output(of program: String, _ arguments: [String]) throws -> Data {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return data
}

/// What ffprobe says of a file's first stream of a kind, by the names of its fields.
func probe(_ path: String, _ stream: String = "v:0") throws -> [String: String] {
  let text = String(
    decoding: try output(
      of: "ffprobe",
      ["-v", "error", "-select_streams", stream, "-count_packets", "-show_streams", "-of", "flat", path]),
    as: UTF8.self)
  return text.split(separator: "\n").reduce(into: [:]) { fields, line in
    let parts = line.split(separator: "=", maxSplits: 1)
    let name = parts[0].split(separator: ".").dropFirst(3).joined(separator: ".")
    fields[name] = parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
  }
}

/// The pictures of a video, decoded by ffmpeg.
func decoded(_ path: String, width: Int, height: Int) throws -> [Picture] {
  let data = [UInt8](
    try output(of: "ffmpeg", ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]))
  let size = 3 * width * height
  return stride(from: 0, to: data.count, by: size).map {
    Picture(width: width, height: height, pixels: Array(data[$0..<min($0 + size, data.count)]))
  }
}

/// Whether tests that need ffmpeg can run.
let hasFFmpeg = FFmpeg() != nil
let needsFFmpeg: Comment = "This test needs ffmpeg and ffprobe in PATH."

/// The arguments of running processes that contain a text.
func processes(with text: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap {
    number in
    guard let data = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else { return nil }
    let arguments = String(decoding: data, as: UTF8.self)
    return arguments.contains(text) ? arguments : nil
  }
}
