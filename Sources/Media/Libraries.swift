import CGIF
import CPNG
import CWebP

/// The libraries that Media uses, with the versions it was built with.
public func mediaLibraries() -> [String] {
  [
    "libpng \(PNG_LIBPNG_VER_STRING)", "giflib \(GIFLIB_MAJOR).\(GIFLIB_MINOR).\(GIFLIB_RELEASE)",
    // Its header has no version.
    "libturbojpeg",
    "libwebp \(webpVersion)",
  ]
}

/// A byte for each part, of the library that is loaded: 0x010204 is 1.2.4.
private var webpVersion: String {
  let version = WebPGetEncoderVersion()
  return [16, 8, 0].map { "\(version >> $0 & 255)" }.joined(separator: ".")
}
