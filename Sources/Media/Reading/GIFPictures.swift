import CGIF

/// The pictures of a GIF file, decoded by giflib record by record.
final class GIFPictures: PictureSource {
  private let path: String
  private let bytes: GIFBytes
  private let gif: UnsafeMutablePointer<GifFileType>
  private var canvas: AnimationCanvas
  private var control = GraphicsControlBlock()
  /// What happens to the last frame before the next one.
  private var disposal: (mode: Int32, rectangle: Rectangle, before: [UInt8])?

  init(path: String) throws(MediaError) {
    let bytes = GIFBytes(try Media.bytes(ofFile: path, limit: AnimationReader.byteLimit))
    var code: Int32 = 0
    let opened = DGifOpen(
      Unmanaged.passUnretained(bytes).toOpaque(),
      { gif, buffer, count in
        guard let gif, let buffer, let user = gif.pointee.UserData else { return 0 }
        return Unmanaged<GIFBytes>.fromOpaque(user).takeUnretainedValue().read(into: buffer, count)
      }, &code)
    guard let opened else { throw .damaged(path: path, reason: Self.reason(code)) }
    let (width, height) = (Int(opened.pointee.SWidth), Int(opened.pointee.SHeight))
    do throws(MediaError) {
      guard width > 0, height > 0 else { throw .damaged(path: path, reason: "it has no pixels") }
      try Picture.requirePlausible(
        width, height, bytes.count, of: path, limit: AnimationReader.pixelLimit)
    } catch {
      DGifCloseFile(opened, nil)
      throw error
    }
    (self.path, self.bytes, gif) = (path, bytes, opened)
    canvas = AnimationCanvas(width: width, height: height)
    control.TransparentColor = NO_TRANSPARENT_COLOR
  }

  deinit { DGifCloseFile(gif, nil) }

  func next() throws -> AnimationReader.Frame? {
    while true {
      var record = UNDEFINED_RECORD_TYPE
      // Many files have no end, and browsers show them.
      if bytes.isAtEnd { return nil }
      try check(DGifGetRecordType(gif, &record))
      switch record {
      case IMAGE_DESC_RECORD_TYPE: return try frame()
      case EXTENSION_RECORD_TYPE: try readExtension()
      case TERMINATE_RECORD_TYPE: return nil
      default: throw MediaError.damaged(path: path, reason: "it has a block of an unknown kind")
      }
    }
  }

  private func readExtension() throws {
    var code: Int32 = 0
    var block: UnsafeMutablePointer<GifByteType>?
    try check(DGifGetExtension(gif, &code, &block))
    while let data = block {
      // The first byte is the length of the block.
      if code == GRAPHICS_EXT_FUNC_CODE, data[0] >= 4 { DGifExtensionToGCB(4, data + 1, &control) }
      try check(DGifGetExtensionNext(gif, &block))
    }
  }

  private func frame() throws -> AnimationReader.Frame {
    try check(DGifGetImageDesc(gif))
    // giflib notes each frame without its pixels, and would grow with their number.
    defer {
      GifFreeSavedImages(gif)
      gif.pointee.SavedImages = nil
      gif.pointee.ImageCount = 0
    }
    let image = gif.pointee.Image
    guard let table = image.ColorMap ?? gif.pointee.SColorMap else {
      throw MediaError.damaged(path: path, reason: "a frame has no colours")
    }
    dispose()
    let rectangle = visiblePart(of: image)
    disposal = (
      control.DisposalMode, rectangle, control.DisposalMode == DISPOSE_PREVIOUS ? canvas.part(rectangle) : []
    )
    try draw(image, table)
    let duration = Double(control.DelayTime) / 100
    control = GraphicsControlBlock()
    control.TransparentColor = NO_TRANSPARENT_COLOR
    return AnimationReader.Frame(picture: canvas.picture, duration: duration)
  }

  private func dispose() {
    guard let (mode, rectangle, before) = disposal else { return }
    if mode == DISPOSE_BACKGROUND { canvas.clear(rectangle) }
    if mode == DISPOSE_PREVIOUS { canvas.replace(rectangle, with: before) }
  }

  private func visiblePart(of image: GifImageDesc) -> Rectangle {
    let (left, top) = (min(Int(image.Left), canvas.width), min(Int(image.Top), canvas.height))
    return Rectangle(
      left: left, top: top, width: min(Int(image.Width), canvas.width - left),
      height: min(Int(image.Height), canvas.height - top))
  }

  private func draw(_ image: GifImageDesc, _ table: UnsafeMutablePointer<ColorMapObject>) throws {
    let (width, height) = (Int(image.Width), Int(image.Height))
    var row = [UInt8](repeating: 0, count: width)
    for y in image.Interlace ? Self.interlacedRows(height) : Array(0..<height) {
      try check(DGifGetLine(gif, &row, Int32(width)))
      guard Int(image.Top) + y < canvas.height else { continue }
      for x in 0..<max(0, min(width, canvas.width - Int(image.Left))) {
        let index = Int32(row[x])
        guard index != control.TransparentColor, index < table.pointee.ColorCount else { continue }
        let colour = table.pointee.Colors[Int(index)]
        canvas.setColour(
          Colour(red: colour.Red, green: colour.Green, blue: colour.Blue), x: Int(image.Left) + x,
          y: Int(image.Top) + y)
      }
    }
  }

  /// The order of rows in four passes (GIF89a specification, appendix E).
  private static func interlacedRows(_ height: Int) -> [Int] {
    [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { Array(stride(from: $0.0, to: height, by: $0.1)) }
  }

  private func check(_ result: Int32) throws(MediaError) {
    guard result == GIF_OK else { throw .damaged(path: path, reason: Self.reason(gif.pointee.Error)) }
  }

  private static func reason(_ code: Int32) -> String {
    GifErrorString(code).map { String(cString: $0) } ?? "giflib reports error \(code)"
  }
}

/// The bytes of a file, for giflib's callback.
private final class GIFBytes {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }
  var isAtEnd: Bool { position == bytes.count }

  func read(into memory: UnsafeMutablePointer<UInt8>, _ count: Int32) -> Int32 {
    let part = bytes[position..<min(position + Int(count), bytes.count)]
    for (offset, byte) in part.enumerated() { memory[offset] = byte }
    position = part.endIndex
    return Int32(part.count)
  }
}
