import Files

/// Reads the pictures of an animation one after the other, in memory that does not grow with their number: GIF, APNG and
/// animated WebP files, videos (through ffmpeg, if it is installed), a folder of pictures, and single pictures.
///
///     let reader = try AnimationReader(path: "walk.gif")
///     while let frame = try reader.next() {
///       print(frame.picture.width, frame.picture.height, frame.duration ?? 0)
///     }
public final class AnimationReader {
  /// A picture and how long it is shown.
  public struct Frame: Sendable, Hashable {
    public let picture: Picture
    /// Seconds; nil for single pictures and those of a folder.
    public let duration: Double?

    public init(picture: Picture, duration: Double?) {
      self.picture = picture
      self.duration = duration
    }
  }

  private let source: any PictureSource

  /// - Parameter path: a file, or a folder whose PNG, JPEG and WebP files are taken in the natural order of their names,
  ///   `frame-2.png` before `frame-10.png`.
  /// - Throws: `MediaError` if there is nothing that can be read.
  public convenience init(path: String) throws { try self.init(path: path, ffmpeg: FFmpeg()) }

  package init(path: String, ffmpeg: FFmpeg?) throws {
    if isFolder(path) {
      source = try FolderPictures(folder: path)
      return
    }
    let start = try Self.start(ofFile: path)
    if GIFBlocks.isGIF(start) {
      source = try GIFPictures(path: path)
    } else if PNGChunks.isPNG(start) {
      source = try APNGPictures(path: path) ?? SinglePicture(path: path)
    } else if RIFFChunks.isWebP(start) {
      source = try WebPPictures(path: path) ?? SinglePicture(path: path)
    } else if JPEGSegments.isJPEG(start) {
      source = SinglePicture(path: path)
    } else {
      source = try VideoPictures(path: path, ffmpeg: ffmpeg)
    }
  }

  /// The next picture; nil after the last. All have the size of the first.
  /// - Throws: `MediaError` if the file is damaged. Pictures before the damage have been read then.
  public func next() throws -> Frame? { try source.next() }

  /// The most pixels of a picture of an animation, 8192 x 4096: several copies of it are held at a time.
  static let pixelLimit = 1 << 25
  /// The longest file that is read at once, in bytes.
  static let byteLimit = 1 << 29

  private static func start(ofFile path: String) throws(MediaError) -> [UInt8] {
    do throws(FileError) {
      let file = try InputFile(path: path)
      return try file.bytes(0..<min(16, file.size))
    } catch {
      throw MediaError(error)
    }
  }
}

/// Where pictures come from.
protocol PictureSource {
  func next() throws -> AnimationReader.Frame?
}

/// One picture.
private final class SinglePicture: PictureSource {
  private var path: String?

  init(path: String) { self.path = path }

  func next() throws -> AnimationReader.Frame? {
    defer { path = nil }
    return try path.map { AnimationReader.Frame(picture: try Picture(file: $0), duration: nil) }
  }
}
