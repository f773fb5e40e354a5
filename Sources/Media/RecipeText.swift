/// The text that says how a picture was made, as it is carried inside PNG and GIF files: a JSON object in ASCII.
package struct RecipeText {
  /// The keyword of the PNG chunk.
  static let keyword = "LatentWalk"
  /// Other programs stop reading long texts, so a longer one is refused instead of being cut.
  package static let limit = 65_536

  let bytes: [UInt8]

  init(_ text: String, for path: String) throws(MediaError) {
    bytes = Array(text.utf8)
    precondition(
      bytes.first == UInt8(ascii: "{") && bytes.allSatisfy { (1..<128).contains($0) },
      "A recipe is a JSON object in ASCII, with \\u escapes for everything else.")
    guard bytes.count <= Self.limit else { throw .recipeTooLong(path: path, bytes: bytes.count) }
  }
}
