import Files

/// The pictures of a video, decoded by ffmpeg: upright, with the colours that the file names, as PPM files one behind the
/// other, each of which says its size.
final class VideoPictures: PictureSource {
  private let path: String
  private let process: ChildProcess
  /// Seconds.
  private let duration: Double
  private var size: (width: Int, height: Int)?

  init(path: String, ffmpeg: FFmpeg?) throws(MediaError) {
    guard let ffmpeg else { throw .noFFmpegToRead(path: path) }
    let rate = try Self.frameRate(of: path, ffmpeg)
    self.path = path
    duration = Double(rate.denominator) / Double(rate.numerator)
    // Each picture once, although ffmpeg would repeat or drop some where a video's frames do not last equally long.
    let times = "settb=\(rate.denominator)/\(rate.numerator),setpts=N"
    let colours = "scale=flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24"
    process = ChildProcess(
      ffmpeg.ffmpeg,
      FFmpeg.quiet + Self.input(path) + [
        "-map", "0:v:0", "-vf", "\(times),\(colours)", "-r", "\(rate.numerator)/\(rate.denominator)", "-f",
        "image2pipe", "-c:v", "ppm", "pipe:1",
      ], .output)
  }

  func next() throws -> AnimationReader.Frame? {
    // P6, width, height and the largest value, with one blank behind each.
    guard let kind = number() else {
      if let reason = process.wait() { throw MediaError.ffmpegCannotRead(path: path, reason: reason) }
      if size == nil { throw MediaError.noPictures(path: path) }
      return nil
    }
    guard kind == "P6", let width = number().flatMap({ Int($0) }), let height = number().flatMap({ Int($0) }),
      number() == "255", width > 0, height > 0
    else { throw MediaError.ffmpegCannotRead(path: path, reason: "its output is not understood") }
    let size = size ?? (width, height)
    guard (width, height) == size else {
      throw MediaError.wrongFrameSize(
        path: path, width: width, height: height, expectedWidth: size.width, expectedHeight: size.height)
    }
    guard width * height <= AnimationReader.pixelLimit else {
      throw MediaError.tooLarge(
        path: path, width: width, height: height, limit: "\(AnimationReader.pixelLimit) pixels")
    }
    self.size = size
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    let count = pixels.withUnsafeMutableBytes(process.read)
    guard count == pixels.count else {
      throw MediaError.ffmpegCannotRead(
        path: path, reason: process.wait() ?? "its output ends inside a picture")
    }
    let picture = Picture(width: width, height: height, pixels: pixels)
    return AnimationReader.Frame(picture: picture, duration: duration)
  }

  /// The characters up to the next blank; nil at the end.
  private func number() -> String? {
    var characters: [UInt8] = []
    var byte: [UInt8] = [0]
    while characters.count < 12, byte.withUnsafeMutableBytes(process.read) == 1 {
      if byte[0] == UInt8(ascii: " ") || byte[0] == UInt8(ascii: "\n") {
        return String(decoding: characters, as: UTF8.self)
      }
      characters.append(byte[0])
    }
    return nil
  }

  /// Only files: a playlist that is called a video must not make ffmpeg open addresses of the network.
  private static func input(_ path: String) -> [String] {
    ["-protocol_whitelist", "file,pipe", "-i", FFmpeg.file(path)]
  }

  /// The mean rate of the first video stream, as ffprobe finds it; that of its time base if it finds none.
  private static func frameRate(of path: String, _ ffmpeg: FFmpeg) throws(MediaError)
    -> (numerator: Int, denominator: Int)
  {
    let probe = ChildProcess(
      ffmpeg.ffprobe,
      ["-hide_banner", "-loglevel", "error"] + input(path) + [
        "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate,r_frame_rate", "-of",
        "default=nw=1",
      ], .output)
    var answer = [UInt8](repeating: 0, count: 4096)
    let count = answer.withUnsafeMutableBytes(probe.read)
    probe.closeStream()
    if let reason = probe.wait() { throw .ffmpegCannotRead(path: path, reason: reason) }
    let lines = String(decoding: answer[..<count], as: UTF8.self).split(separator: "\n")
    for name in ["avg_frame_rate=", "r_frame_rate="] {
      let parts = lines.first { $0.hasPrefix(name) }?.dropFirst(name.count).split(separator: "/") ?? []
      if parts.count == 2, let numerator = Int(parts[0]), let denominator = Int(parts[1]), numerator > 0,
        denominator > 0
      {
        return (numerator, denominator)
      }
    }
    throw .noPictures(path: path)
  }
}
