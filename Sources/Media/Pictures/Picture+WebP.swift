import CWebP

extension Picture {
  /// Decodes a WebP file, upright and on white; of an animation its first picture.
  ///
  /// Nothing can be said of how many bytes a picture needs: lossless WebP has any number of equal pixels in none.
  init(webp file: [UInt8], of path: String) throws {
    var features = WebPBitstreamFeatures()
    guard WebPGetFeatures(file, file.count, &features) == VP8_STATUS_OK else {
      throw MediaError.damaged(path: path, reason: "libwebp cannot read its header")
    }
    if features.has_animation != 0 {
      guard let first = try WebPPictures(file: file, of: path).next() else {
        throw MediaError.damaged(path: path, reason: "it is an animation without a picture")
      }
      self = first.picture
      return
    }
    let (width, height) = (Int(features.width), Int(features.height))
    guard width * height <= Self.pixelLimit else {
      throw MediaError.tooLarge(path: path, width: width, height: height, limit: "\(Self.pixelLimit) pixels")
    }
    let channels = features.has_alpha != 0 ? 4 : 3
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    let decode = channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto
    guard decode(file, file.count, &pixels, pixels.count, Int32(width * channels)) != nil else {
      throw MediaError.damaged(path: path, reason: "libwebp cannot decode it")
    }
    let picture =
      channels == 4
      ? AnimationCanvas(width: width, height: height, pixels: pixels).picture
      : Picture(width: width, height: height, pixels: pixels)
    self = picture.turned(Orientation(exif: try Self.exif(inWebP: file, path)))
  }

  /// The camera's notes; some programs write the name of JPEG's segment before them.
  private static func exif(inWebP file: [UInt8], _ path: String) throws(MediaError) -> ArraySlice<UInt8> {
    let notes = try RIFFChunks.data(of: "EXIF", in: file, path) ?? []
    let name = Array("Exif\0\0".utf8)
    return notes.starts(with: name) ? notes.dropFirst(name.count) : notes
  }
}
