import CGIF
import CPNG

/// The libraries that Media uses, with the versions it was built with.
public func mediaLibraries() -> [String] {
  [
    "libpng \(PNG_LIBPNG_VER_STRING)", "giflib \(GIFLIB_MAJOR).\(GIFLIB_MINOR).\(GIFLIB_RELEASE)",
    // Its header has no version.
    "libturbojpeg",
  ]
}
