import Files

/// Writes an MP4 (H.264) or WebM (VP9) file: ffmpeg, which must be installed, is given one raw picture after the other.
///
/// H.264 counts pixels in pairs: a picture with an odd side is one pixel wider or higher there, its last column or row
/// doubled. VP9 has odd sides. Colours are those of sRGB, with the matrix of BT.709, and the file says so.
public final class VideoEncoder: AnimationEncoder {
  private let path: String
  private let animation: AnimationDescription
  private let file: PendingFile
  /// Holds the recipe until ffmpeg has read it; never completed, so that it is deleted.
  private let metadata: PendingFile?
  private let process: ChildProcess
  private let padding: (columns: Int, rows: Int)
  private var added = 0

  /// - Parameters:
  ///   - format: `.mp4` or `.webm`.
  ///   - recipe: a JSON object in ASCII that says how the animation was made.
  public convenience init(
    path: String, _ format: AnimationFormat, _ animation: AnimationDescription, recipe: String? = nil
  ) throws {
    try self.init(path: path, format, animation, recipe: recipe, with: FFmpeg())
  }

  package init(
    path: String, _ format: AnimationFormat, _ animation: AnimationDescription, recipe: String?,
    with ffmpeg: FFmpeg?
  ) throws {
    precondition(format.isVideo, "ffmpeg writes videos, and \(format) is none.")
    try animation.require(format, of: path)
    guard let ffmpeg else { throw MediaError.noFFmpegToWrite(path: path) }
    let recipe = try recipe.map { text throws(MediaError) in try RecipeText(text, for: path) }
    if let sound = animation.sound {
      do throws(FileError) { _ = try InputFile(path: sound.path) } catch { throw MediaError(error) }
    }
    (self.path, self.animation) = (path, animation)
    padding = format == .mp4 ? (animation.width % 2, animation.height % 2) : (0, 0)
    file = try PendingFile(path: path, isUnnamed: false)
    metadata = try recipe.map { recipe in try Self.metadataFile(recipe, for: path) }
    let arguments = VideoArguments(
      format: format, animation: animation, width: animation.width + padding.columns,
      height: animation.height + padding.rows, metadata: metadata?.unfinishedPath)
    process = ChildProcess(ffmpeg.ffmpeg, arguments.all(output: file.unfinishedPath), .input)
  }

  // Before the files lose their names, so that ffmpeg cannot make one of them again.
  deinit { process.stop() }

  public func add(_ picture: Picture) throws {
    precondition(
      added < animation.frameCount, "\(animation.frameCount) frames were announced, and one more was added.")
    try animation.requireSize(of: picture, in: path)
    let pixels = padding == (0, 0) ? picture.pixels : padded(picture)
    guard pixels.withUnsafeBytes(process.write) else {
      throw MediaError.ffmpegCannotWrite(path: path, reason: process.wait() ?? "it ended too early")
    }
    added += 1
  }

  public func finish() throws {
    precondition(
      added == animation.frameCount, "\(animation.frameCount) frames were announced, and \(added) were added."
    )
    process.closeStream()
    if let reason = process.wait() { throw MediaError.ffmpegCannotWrite(path: path, reason: reason) }
    try file.commit()
  }

  private func padded(_ picture: Picture) -> [UInt8] {
    var pixels: [UInt8] = []
    let rowBytes = 3 * picture.width
    pixels.reserveCapacity((rowBytes + 3) * (picture.height + 1))
    for y in 0..<picture.height + padding.rows {
      let start = min(y, picture.height - 1) * rowBytes
      pixels += picture.pixels[start..<start + rowBytes]
      if padding.columns > 0 { pixels += picture.pixels[start + rowBytes - 3..<start + rowBytes] }
    }
    return pixels
  }

  /// ffmpeg's own format for metadata, as a recipe can be longer than an argument of a program: the characters = ; # \ and
  /// line feeds stand after a backslash.
  private static func metadataFile(_ recipe: RecipeText, for path: String) throws(MediaError) -> PendingFile {
    var bytes = Array(";FFMETADATA1\ncomment=".utf8)
    let special = Set("=;#\\\n".utf8)
    for byte in recipe.bytes {
      if special.contains(byte) { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\n"))
    let file = try PendingFile(path: path + ".metadata", isUnnamed: false)
    _ = bytes.withUnsafeBytes { file.append($0) }
    file.flush()
    try file.check()
    return file
  }
}
