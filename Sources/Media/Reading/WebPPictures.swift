import CWebP

/// The pictures of an animated WebP file, put together by libwebp.
final class WebPPictures: PictureSource {
  private let path: String
  /// The decoder keeps their address.
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let decoder: OpaquePointer
  private let size: (width: Int, height: Int)
  /// When the next picture begins, in milliseconds.
  private var time = 0

  /// Nil for a WebP file that is no animation.
  convenience init?(path: String) throws {
    let file = try Media.bytes(ofFile: path, limit: AnimationReader.byteLimit)
    var features = WebPBitstreamFeatures()
    guard WebPGetFeatures(file, file.count, &features) == VP8_STATUS_OK, features.has_animation != 0 else {
      return nil
    }
    try self.init(file: file, of: path)
  }

  init(file: [UInt8], of path: String) throws(MediaError) {
    self.path = path
    bytes = UnsafeMutableBufferPointer.allocate(capacity: file.count)
    _ = bytes.initialize(from: file)
    var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
    do throws(MediaError) {
      size = try Self.size(of: &data, path)
      guard let decoder = WebPAnimDecoderNew(&data, nil) else {
        throw .damaged(path: path, reason: "libwebp cannot read it")
      }
      self.decoder = decoder
    } catch {
      bytes.deallocate()
      throw error
    }
  }

  deinit {
    WebPAnimDecoderDelete(decoder)
    bytes.deallocate()
  }

  func next() throws -> AnimationReader.Frame? {
    guard WebPAnimDecoderHasMoreFrames(decoder) != 0 else { return nil }
    var pixels: UnsafeMutablePointer<UInt8>?
    var end: Int32 = 0
    guard WebPAnimDecoderGetNext(decoder, &pixels, &end) != 0, let pixels else {
      throw MediaError.damaged(path: path, reason: "libwebp cannot decode a picture of it")
    }
    defer { time = Int(end) }
    let canvas = AnimationCanvas(
      width: size.width, height: size.height,
      pixels: Array(UnsafeBufferPointer(start: pixels, count: 4 * size.width * size.height)))
    return AnimationReader.Frame(picture: canvas.picture, duration: Double(Int(end) - time) / 1000)
  }

  /// Before the decoder allocates memory for it.
  private static func size(of data: inout WebPData, _ path: String) throws(MediaError) -> (Int, Int) {
    guard let demuxer = WebPDemux(&data) else {
      throw .damaged(path: path, reason: "libwebp cannot read it")
    }
    defer { WebPDemuxDelete(demuxer) }
    let width = Int(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH))
    let height = Int(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT))
    guard width > 0, height > 0, width * height <= AnimationReader.pixelLimit else {
      throw .tooLarge(
        path: path, width: width, height: height, limit: "\(AnimationReader.pixelLimit) pixels")
    }
    return (width, height)
  }
}
