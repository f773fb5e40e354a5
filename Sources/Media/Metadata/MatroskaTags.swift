import Files

/// The comment in a WebM or Matroska file. The file is a tree of elements: number, length and data, which may be elements
/// again (EBML, RFC 8794; Matroska, RFC 9559). Pictures and sound are skipped, never read.
struct MatroskaTags {
  private let file: InputFile

  /// The numbers of elements, with the bits that tell their length.
  private enum Name {
    static let segment = 0x1853_8067
    static let tags = 0x1254_C367
    static let tag = 0x7373
    static let simpleTag = 0x67C8
    static let tagName = 0x45A3
    static let tagString = 0x4487
    /// Elements of which only what is in them is of interest.
    static let containers: Set<Int> = [segment, tags, tag, simpleTag]
  }

  /// A file with more elements before its tags is a broadcast or a hostile one.
  private static let countLimit = 1 << 16

  init(_ file: InputFile) { self.file = file }

  /// - Parameter start: the first bytes of a file.
  static func isMatroska(_ start: [UInt8]) -> Bool { start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) }

  /// The first comment that may be a recipe; nil if there is none.
  func comment(where isRecipe: ([UInt8]) -> Bool) throws -> [UInt8]? {
    var position = 0
    var name: [UInt8] = []
    for _ in 0..<Self.countLimit where position < file.size {
      let element = try element(at: position)
      // Broadcasts do not know the length of what they begin; what is in it follows in any case.
      guard let end = element.end, !Name.containers.contains(element.name) else {
        position = element.start
        continue
      }
      let isShort = end - element.start <= RecipeText.limit
      if element.name == Name.tagName, isShort { name = try file.bytes(element.start..<end) }
      if element.name == Name.tagString, isShort, name.elementsEqual("COMMENT".utf8) {
        let text = try file.bytes(element.start..<end)
        if isRecipe(text) { return text }
      }
      position = end
    }
    return nil
  }

  /// What stands at a position: an element's number and where its data are. The end is nil where the length is unknown.
  private func element(at position: Int) throws -> (name: Int, start: Int, end: Int?) {
    let header = try file.bytes(position..<min(position + 12, file.size))
    guard let nameLength = Self.length(header, at: 0, limit: 4),
      let sizeLength = Self.length(header, at: nameLength, limit: 8)
    else { throw damaged }
    let name = header[..<nameLength].reduce(0) { $0 << 8 | Int($1) }
    let digits = header[nameLength..<nameLength + sizeLength].reduce(0) { $0 << 8 | Int($1) }
    let mask = (1 << (7 * sizeLength)) - 1
    let start = position + nameLength + sizeLength
    if digits & mask == mask { return (name, start, nil) }
    guard digits & mask <= file.size - start else { throw damaged }
    return (name, start, start + (digits & mask))
  }

  /// The bytes of a number: as many as its first byte has leading zeros, and one.
  private static func length(_ header: [UInt8], at place: Int, limit: Int) -> Int? {
    guard place < header.count else { return nil }
    let length = header[place].leadingZeroBitCount + 1
    return length <= limit && place + length <= header.count ? length : nil
  }

  private var damaged: MediaError { .damaged(path: file.path, reason: "it ends inside an element") }
}
