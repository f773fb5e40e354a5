import CWebP

/// Writes an animated WebP: lossy, with every colour, and a fifth of the size of an APNG.
///
/// Each picture is encoded whole and for itself. libwebp's own encoder of animations drops changes of two levels and
/// less, so that of a slow fade of 120 frames 60 are left. The compressed frames are held in memory until the end, not
/// the pictures. Of an animation with one frame libwebp makes a picture without a delay.
///
/// Source: WebP container specification, RFC 9649, section 2.7.
public final class WebPEncoder: AnimationEncoder {
  private let path: String
  private let animation: AnimationDescription
  private let recipe: RecipeText?
  private let file: PendingFile
  private let container: OpaquePointer
  private var config: WebPConfig
  private var added = 0
  private var previous: Picture?
  /// The last picture that differs from the one before it, until its delay is known.
  private var waiting: (frame: [UInt8], begin: Int)?

  /// The format's limit of a side, in pixels.
  private static let sideLimit = 16_383
  /// The format's limit of a delay, in milliseconds: four and a half hours.
  private static let delayLimit = 0xFF_FFFF
  /// 0 to 100. Frames of 128 x 128 pixels of the bundled model: 80 gives 37.2 dB in 1.5 kB, 90 gives 39.3 dB in 2.3 kB
  /// and 95 gives 40.4 dB in 3.1 kB.
  private static let quality: Float = 90

  /// - Parameter recipe: a JSON object in ASCII that says how the animation was made.
  public init(path: String, _ animation: AnimationDescription, recipe: String? = nil) throws {
    try animation.require(.webp, of: path)
    let (width, height) = (animation.width, animation.height)
    guard max(width, height) <= Self.sideLimit else {
      throw MediaError.tooLarge(
        path: path, width: width, height: height, limit: "\(Self.sideLimit) pixels a side")
    }
    self.recipe = try recipe.map { text throws(MediaError) in try RecipeText(text, for: path) }
    file = try PendingFile(path: path)
    var config = WebPConfig()
    guard WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, Self.quality) != 0, let container = WebPMuxNew()
    else {
      throw MediaError.cannotWrite(path: path, reason: Self.noMemory)
    }
    // Colours have half the resolution of brightness; converted with care, they gain 1.6 dB for 6 % more bytes.
    config.use_sharp_yuv = 1
    (self.path, self.animation, self.container, self.config) = (path, animation, container, config)
  }

  deinit { WebPMuxDelete(container) }

  public func add(_ picture: Picture) throws {
    precondition(
      added < animation.frameCount, "\(animation.frameCount) frames were announced, and one more was added.")
    try animation.requireSize(of: picture, in: path)
    let isLong = waiting.map { time(ofFrame: added + 1) - $0.begin > Self.delayLimit } ?? true
    if picture != previous || isLong {
      let frame = try encoded(picture)
      try writeWaiting()
      waiting = (frame, time(ofFrame: added))
    }
    previous = picture
    added += 1
  }

  public func finish() throws {
    precondition(
      added == animation.frameCount, "\(animation.frameCount) frames were announced, and \(added) were added."
    )
    try writeWaiting()
    var parameters = WebPMuxAnimParams(bgcolor: 0, loop_count: animation.isEndless ? 0 : 1)
    try check(WebPMuxSetAnimationParams(container, &parameters))
    if let recipe {
      try XMPRecipe.packet(of: recipe).withUnsafeBufferPointer { packet in
        var chunk = WebPData(bytes: packet.baseAddress, size: packet.count)
        try check(WebPMuxSetChunk(container, "XMP ", &chunk, 1))
      }
    }
    var data = WebPData()
    defer { WebPDataClear(&data) }
    try check(WebPMuxAssemble(container, &data))
    _ = file.append(UnsafeBufferPointer(start: data.bytes, count: data.size))
    try file.commit()
  }

  /// When a frame begins, in milliseconds. Times are rounded and delays are their differences, so that they do not
  /// drift.
  private func time(ofFrame frame: Int) -> Int {
    Int((1000 * Double(frame) / animation.framesPerSecond).rounded())
  }

  private func encoded(_ picture: Picture) throws(MediaError) -> [UInt8] {
    var frame = WebPPicture()
    var writer = WebPMemoryWriter()
    WebPMemoryWriterInit(&writer)
    defer { WebPMemoryWriterClear(&writer) }
    guard WebPPictureInit(&frame) != 0 else { throw .cannotWrite(path: path, reason: Self.noMemory) }
    defer { WebPPictureFree(&frame) }
    frame.use_argb = 1
    (frame.width, frame.height) = (Int32(picture.width), Int32(picture.height))
    guard WebPPictureImportRGB(&frame, picture.pixels, Int32(3 * picture.width)) != 0 else {
      throw .cannotWrite(path: path, reason: Self.noMemory)
    }
    frame.writer = WebPMemoryWrite
    let isEncoded = withUnsafeMutablePointer(to: &writer) { writer in
      frame.custom_ptr = UnsafeMutableRawPointer(writer)
      return WebPEncode(&config, &frame) != 0
    }
    guard isEncoded else {
      throw .cannotWrite(path: path, reason: "libwebp reports error \(frame.error_code.rawValue)")
    }
    return Array(UnsafeBufferPointer(start: writer.mem, count: writer.size))
  }

  /// Adds the frame that has been waiting, up to the time of the next one.
  private func writeWaiting() throws {
    guard let (frame, begin) = waiting else { return }
    try frame.withUnsafeBufferPointer { bytes in
      var info = WebPMuxFrameInfo()
      info.bitstream = WebPData(bytes: bytes.baseAddress, size: bytes.count)
      info.id = WEBP_CHUNK_ANMF
      info.duration = Int32(time(ofFrame: added) - begin)
      info.dispose_method = WEBP_MUX_DISPOSE_NONE
      info.blend_method = WEBP_MUX_NO_BLEND
      try check(WebPMuxPushFrame(container, &info, 1))
    }
    waiting = nil
  }

  private func check(_ result: WebPMuxError) throws(MediaError) {
    guard result == WEBP_MUX_OK else {
      throw .cannotWrite(path: path, reason: "libwebp reports error \(result.rawValue)")
    }
  }

  private static let noMemory = "there is no memory to encode it"
}
