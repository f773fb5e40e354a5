/// The formats of animations, by the endings of their files.
public enum AnimationFormat: String, CaseIterable, Sendable {
  /// Palettes of 255 colours, shown everywhere.
  case gif
  /// Every colour as it is, in larger files; shown by browsers.
  case apng
  /// Every colour nearly as it is, in small files; shown by browsers.
  case webp
  /// H.264, shown by everything that shows videos. Written by ffmpeg.
  case mp4
  /// VP9, smaller than MP4 and slower to write; shown by browsers. Written by ffmpeg.
  case webm

  /// Devices and pipes, such as /dev/stdout, have no ending and get a GIF.
  /// - Throws: `MediaError` if the file's name ends otherwise.
  public init(path: String) throws(MediaError) {
    let name = path.lowercased()
    if let format = Self.allCases.first(where: { name.hasSuffix("." + $0.rawValue) }) {
      self = format
    } else if isDevice(path) {
      self = .gif
    } else {
      throw .notAnAnimation(path: path)
    }
  }

  /// The endings of all formats, for the inside of a sentence.
  package static let endings = {
    let endings = allCases.map { "." + $0.rawValue }
    return endings.dropLast().joined(separator: ", ") + " or " + endings[endings.count - 1]
  }()

  /// Whether files of the format are written by ffmpeg and can hold sound.
  public var isVideo: Bool { [.mp4, .webm].contains(self) }

  /// Frames a second. Chromium and Firefox show pictures with a delay of 10 ms or less for 100 ms, whatever the format; a
  /// GIF counts hundredths of a second. The longest delay is what fields of 16 bits hold.
  public var frameRates: ClosedRange<Double> {
    switch self {
    case .gif: 0.0016...50
    case .apng, .webp: 0.0016...90
    case .mp4, .webm: 0.0016...240
    }
  }

  /// - Throws: `MediaError` if files of this format cannot show so many frames a second.
  public func requireFrameRate(_ framesPerSecond: Double) throws(MediaError) {
    guard frameRates.contains(framesPerSecond) else { throw .wrongFrameRate(framesPerSecond, self) }
  }

  /// For those who want to know before hours of rendering.
  /// - Throws: `MediaError` if files of this format are written by ffmpeg, and there is none.
  public func requireEncoder(for path: String) throws(MediaError) { try requireEncoder(for: path, FFmpeg()) }

  package func requireEncoder(for path: String, _ ffmpeg: FFmpeg?) throws(MediaError) {
    guard !isVideo || ffmpeg != nil else { throw .noFFmpegToWrite(path: path) }
  }
}
