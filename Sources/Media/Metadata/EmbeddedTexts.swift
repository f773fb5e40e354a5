import Files

/// A text that a program wrote into a picture's file.
public struct EmbeddedText: Sendable, Hashable {
  /// What the text is: in a PNG file the keyword of its chunk, in a GIF file `Comment`.
  public let keyword: String
  public let text: String

  public init(keyword: String, text: String) {
    self.keyword = keyword
    self.text = text
  }
}

/// The recipe that LatentWalk wrote into a PNG, APNG, GIF, WebP, MP4 or WebM file, as JSON; nil without one and for other
/// kinds of files.
///
/// - Throws: `MediaError` for anything but a plain file, for one of more than 512 MiB that is no video, and for a file
///   that is damaged before its recipe.
public func recipeText(inFile path: String) throws -> String? {
  do {
    let file = try InputFile(path: path)
    let start = try file.bytes(0..<min(12, file.size))
    if MP4Boxes.isMP4(start) {
      return try MP4Boxes(file).comment().flatMap {
        RecipeText.isRecipe($0) ? String(decoding: $0, as: UTF8.self) : nil
      }
    }
    if MatroskaTags.isMatroska(start) {
      return try MatroskaTags(file).comment(where: RecipeText.isRecipe).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  } catch let error as FileError {
    throw MediaError(error)
  }
  let file = try bytes(ofFile: path, limit: sizeLimit)
  if PNGChunks.isPNG(file) { return try PNGTexts.recipe(in: file, of: path) }
  if RIFFChunks.isWebP(file) {
    return try RIFFChunks.data(of: "XMP ", in: file, path).flatMap(XMPRecipe.text)
  }
  if GIFBlocks.isGIF(file) {
    var blocks = GIFBlocks(file: file, path: path)
    while let comment = try blocks.nextComment() {
      if RecipeText.isRecipe(comment) { return String(decoding: comment, as: UTF8.self) }
    }
  }
  return nil
}

/// The texts that other programs wrote into a PNG, APNG or GIF file, in the file's order; none for files of another
/// kind.
///
/// - Throws: `MediaError` for anything but a plain file of at most 512 MiB, for a damaged file, and for more than 32
///   MiB of texts.
public func foreignTexts(inFile path: String) throws -> [EmbeddedText] {
  let file = try bytes(ofFile: path, limit: sizeLimit)
  if PNGChunks.isPNG(file) {
    return try PNGTexts.all(in: file, of: path).filter { $0.keyword != RecipeText.keyword }
  }
  var texts: [EmbeddedText] = []
  if GIFBlocks.isGIF(file) {
    var blocks = GIFBlocks(file: file, path: path)
    while let comment = try blocks.nextComment() {
      let text = String(decoding: comment, as: UTF8.self)
      if text.first != "{" { texts.append(EmbeddedText(keyword: "Comment", text: text)) }
    }
  }
  return texts
}

/// The largest file whose texts are read, in bytes.
private let sizeLimit = 1 << 29

/// The text that says how a picture was made, as it is carried inside files: a JSON object in ASCII.
package struct RecipeText {
  /// The keyword of the PNG chunk.
  static let keyword = "LatentWalk"
  /// A mebibyte. Other programs stop reading long texts, so a longer one is refused instead of being cut.
  package static let limit = 1 << 20

  /// Whether a comment may be a recipe: what other programs write is no JSON object.
  static func isRecipe(_ comment: [UInt8]) -> Bool { comment.first == UInt8(ascii: "{") }

  let bytes: [UInt8]

  init(_ text: String, for path: String) throws(MediaError) {
    bytes = Array(text.utf8)
    precondition(
      Self.isRecipe(bytes) && bytes.allSatisfy { (1..<128).contains($0) },
      "A recipe is a JSON object in ASCII, with \\u escapes for everything else.")
    guard bytes.count <= Self.limit else { throw .recipeTooLong(path: path, bytes: bytes.count) }
  }
}
