import Files
import Glibc

/// The PNG, JPEG and WebP files of a folder, in the natural order of their names; hidden files are left out.
final class FolderPictures: PictureSource {
  private let folder: String
  private var names: ArraySlice<String>
  /// Pixels of the first picture.
  private var size: (width: Int, height: Int)?

  private static let endings = [".png", ".jpg", ".jpeg", ".webp"]

  init(folder: String) throws(MediaError) {
    guard let directory = opendir(folder) else {
      throw .cannotRead(path: folder, reason: systemReason(errno))
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let isPicture = Self.endings.contains { name.lowercased().hasSuffix($0) }
      if isPicture, !name.hasPrefix(".") { names.append(name) }
    }
    guard !names.isEmpty else { throw .noPictures(path: folder) }
    self.folder = folder
    self.names = names.sorted(by: isNaturallyOrdered)[...]
  }

  func next() throws -> AnimationReader.Frame? {
    guard let name = names.popFirst() else { return nil }
    let path = "\(folder)/\(name)"
    let picture = try Picture(file: path)
    let size = size ?? (picture.width, picture.height)
    guard (picture.width, picture.height) == size else {
      throw MediaError.wrongFrameSize(
        path: path, width: picture.width, height: picture.height, expectedWidth: size.width,
        expectedHeight: size.height)
    }
    self.size = size
    return AnimationReader.Frame(picture: picture, duration: nil)
  }
}

/// Whether a name comes before another one as people count: digits are compared as numbers, `frame-2` comes before
/// `frame-10`, and letters whatever their case. Names that are equal then keep the order of their characters.
func isNaturallyOrdered(_ one: String, before other: String) -> Bool {
  let (first, second) = (naturalKey(one), naturalKey(other))
  for (a, b) in zip(first, second) where a != b { return a < b }
  return first.count == second.count ? one < other : first.count < second.count
}

/// A part of a name: a number, as its digits without leading zeros, or a character. Numbers come first.
private enum NamePart: Comparable {
  /// Longer numbers are larger.
  case number(count: Int, digits: String)
  case character(Character)
}

private func naturalKey(_ name: String) -> [NamePart] {
  var parts: [NamePart] = []
  var rest = name.lowercased()[...]
  while let first = rest.first {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    if digits.isEmpty {
      parts.append(.character(first))
      rest = rest.dropFirst()
    } else {
      let significant = digits.drop { $0 == "0" }
      parts.append(.number(count: significant.count, digits: String(significant)))
      rest = rest[digits.endIndex...]
    }
  }
  return parts
}
