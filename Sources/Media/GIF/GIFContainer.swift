import CGIF

/// A GIF file in the making, written by giflib: header, loop, recipe, frames, end.
///
/// giflib hands its bytes to a `PendingFile`, which remembers why a write failed; giflib itself overlooks some
/// failures.
final class GIFContainer {
  private let path: String
  private let file: PendingFile
  private let gif: UnsafeMutablePointer<GifFileType>
  private let animation: AnimationDescription
  private let recipe: RecipeText?
  private var isEmpty = true
  private var isOpen = true

  init(path: String, _ animation: AnimationDescription, recipe: RecipeText?) throws(MediaError) {
    let (width, height, limit) = (animation.width, animation.height, Int(UInt16.max))
    guard width <= limit, height <= limit else {
      throw .tooLarge(path: path, width: width, height: height, limit: "\(limit) pixels a side")
    }
    let file = try PendingFile(path: path)
    var code: Int32 = 0
    let opened = EGifOpen(
      Unmanaged.passUnretained(file).toOpaque(),
      { gif, bytes, count in
        guard let file = gif?.pointee.UserData else { return 0 }
        let isWritten = Unmanaged<PendingFile>.fromOpaque(file).takeUnretainedValue()
          .append(UnsafeBufferPointer(start: bytes, count: Int(count)))
        return isWritten ? count : 0
      }, &code)
    guard let opened else { throw .cannotWrite(path: path, reason: Self.reason(code)) }
    EGifSetGifVersion(opened, true)
    (self.path, self.file, gif) = (path, file, opened)
    (self.animation, self.recipe) = (animation, recipe)
  }

  deinit {
    if isOpen { EGifCloseFile(gif, nil) }
  }

  /// Writes a frame that stays until it is painted over; before the first one, what belongs to the whole file.
  func write(_ frame: IndexedFrame, delay: Int) throws(MediaError) {
    let table = try map(frame.table)
    defer { GifFreeMapObject(table) }
    if isEmpty { try writeHeader(table) }
    let isFirst = isEmpty
    isEmpty = false

    var control = GraphicsControlBlock(
      DisposalMode: DISPOSE_DO_NOT, UserInputFlag: false, DelayTime: Int32(delay),
      TransparentColor: isFirst ? NO_TRANSPARENT_COLOR : Int32(frame.table.unchanged))
    var bytes = [UInt8](repeating: 0, count: 4)
    EGifGCBToExtension(&control, &bytes)
    try check(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, bytes))

    let rectangle = frame.rectangle
    try check(
      EGifPutImageDesc(
        gif, Int32(rectangle.left), Int32(rectangle.top), Int32(rectangle.width), Int32(rectangle.height),
        false,
        frame.sharesFirstTable ? nil : table))
    for y in 0..<rectangle.height {
      var row = Array(frame.indices[y * rectangle.width..<(y + 1) * rectangle.width])
      try check(EGifPutLine(gif, &row, Int32(row.count)))
    }
  }

  func finish() throws(MediaError) {
    isOpen = false
    var code: Int32 = 0
    let result = EGifCloseFile(gif, &code)
    try file.check()
    guard result == GIF_OK else { throw .cannotWrite(path: path, reason: Self.reason(code)) }
    try file.commit()
  }

  private func writeHeader(_ table: UnsafeMutablePointer<ColorMapObject>) throws(MediaError) {
    try check(EGifPutScreenDesc(gif, Int32(animation.width), Int32(animation.height), 8, 0, table))
    if animation.isEndless {
      // Sub-block 1 of Netscape's extension: the count of repetitions, 0 for no end.
      try writeExtension(APPLICATION_EXT_FUNC_CODE, blocks: [Array("NETSCAPE2.0".utf8), [1, 0, 0]])
    }
    if let recipe {
      let blocks = stride(from: 0, to: recipe.bytes.count, by: 255).map { start in
        Array(recipe.bytes[start..<min(start + 255, recipe.bytes.count)])
      }
      try writeExtension(COMMENT_EXT_FUNC_CODE, blocks: blocks)
    }
  }

  private func writeExtension(_ label: Int32, blocks: [[UInt8]]) throws(MediaError) {
    try check(EGifPutExtensionLeader(gif, label))
    for block in blocks { try check(EGifPutExtensionBlock(gif, Int32(block.count), block)) }
    try check(EGifPutExtensionTrailer(gif))
  }

  private func map(_ table: ColourTable) throws(MediaError) -> UnsafeMutablePointer<ColorMapObject> {
    let colours = table.colours.map { GifColorType(Red: $0.red, Green: $0.green, Blue: $0.blue) }
    guard let map = GifMakeMapObject(Int32(colours.count), colours) else {
      throw .cannotWrite(path: path, reason: Self.reason(E_GIF_ERR_NOT_ENOUGH_MEM))
    }
    return map
  }

  private func check(_ result: Int32) throws(MediaError) {
    try file.check()
    guard result == GIF_OK else { throw .cannotWrite(path: path, reason: Self.reason(gif.pointee.Error)) }
  }

  private static func reason(_ code: Int32) -> String {
    GifErrorString(code).map { String(cString: $0) } ?? "giflib reports error \(code)"
  }
}
