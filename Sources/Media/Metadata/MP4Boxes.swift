import Files

/// The comment in an MP4 file. The file is a tree of boxes: length, name and data, which may be boxes again
/// (ISO/IEC 14496-12, section 4.2). Only the boxes on the way to the comment are read, never the whole file.
struct MP4Boxes {
  private let file: InputFile

  /// A level with more boxes has no comment for us: a file of many thousand fragments, or a hostile one.
  private static let countLimit = 1 << 16
  /// Where iTunes, and since then ffmpeg and all others, put a comment. The name of its box begins with the copyright
  /// sign in Mac OS Roman.
  private static let wayToComment: [[UInt8]] =
    ["moov", "udta", "meta", "ilst"].map { Array($0.utf8) } + [
      [0xA9] + Array("cmt".utf8), Array("data".utf8),
    ]
  private static let meta = Array("meta".utf8)

  init(_ file: InputFile) { self.file = file }

  /// - Parameter start: the first bytes of a file.
  static func isMP4(_ start: [UInt8]) -> Bool { start.dropFirst(4).starts(with: "ftyp".utf8) }

  /// The comment; nil if there is none, or one that is too long for a recipe.
  func comment() throws -> [UInt8]? {
    var range = 0..<file.size
    for name in Self.wayToComment {
      guard let data = try data(of: name, in: range) else { return nil }
      // Flags stand before the boxes in meta.
      range = name == Self.meta ? min(data.lowerBound + 4, data.upperBound)..<data.upperBound : data
    }
    // The kind of text and its language stand before the text.
    guard range.count > 8, range.count <= 8 + RecipeText.limit else { return nil }
    return try file.bytes(range.dropFirst(8))
  }

  /// The data of the first box of a name.
  private func data(of name: [UInt8], in range: Range<Int>) throws -> Range<Int>? {
    var position = range.lowerBound
    for _ in 0..<Self.countLimit where position + 8 <= range.upperBound {
      let header = try file.bytes(position..<min(position + 16, range.upperBound))
      var (length, headerLength) = (Self.number(header[..<4]), 8)
      if length == 1, header.count == 16 { (length, headerLength) = (Self.number(header[8...]), 16) }
      // Zero is the last box, up to the end.
      if length == 0 { length = range.upperBound - position }
      guard length >= headerLength, length <= range.upperBound - position else {
        throw MediaError.damaged(path: file.path, reason: "it ends inside a box")
      }
      let end = position + length
      if header[4..<8].elementsEqual(name) { return position + headerLength..<end }
      position = end
    }
    return nil
  }

  /// Lengths of more than 63 bits count as the longest.
  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(clamping: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
