/// The pictures of an animated PNG, whoever wrote it: each frame is given to libpng as a file of its own and put on the
/// canvas as its control chunk says (PNG specification, third edition, section 11.3.4.2).
final class APNGPictures: PictureSource {
  private let path: String
  private var chunks: PNGChunks
  /// The data of IHDR behind width and height.
  private let kind: ArraySlice<UInt8>
  /// Chunks that each frame needs: palette, transparency, colour space.
  private let shared: [UInt8]
  private var canvas: AnimationCanvas
  /// Of the next frame; nil after the last.
  private var control: FrameControl?
  private var disposal: (operation: FrameControl.Disposal, rectangle: Rectangle, before: [UInt8])?

  /// Nil for a PNG file that is no animation.
  init?(path: String) throws {
    let file = try Media.bytes(ofFile: path, limit: AnimationReader.byteLimit)
    var chunks = PNGChunks(file, of: path)
    guard let header = try chunks.next(), header.name == "IHDR", header.data.count == 13 else {
      throw MediaError.damaged(path: path, reason: "it does not begin with its size")
    }
    let (width, height) = (header.data.bigEndian(at: 0, 4), header.data.bigEndian(at: 4, 4))
    guard width > 0, height > 0 else { throw MediaError.damaged(path: path, reason: "it has no pixels") }
    var (isAnimation, shared) = (false, [UInt8]())
    var first: FrameControl?
    while first == nil, let chunk = try chunks.next() {
      switch chunk.name {
      case "acTL": isAnimation = true
      case "fcTL": first = try FrameControl(chunk.data, width: width, height: height, path)
      case "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "cICP":
        shared += PNGChunks.chunk(chunk.name, chunk.data)
      // Before the first control chunk, a picture for those who do not know animations.
      case "IDAT" where !isAnimation: return nil
      default: break
      }
    }
    guard isAnimation, let first else { return nil }
    try Picture.requirePlausible(width, height, file.count, of: path, limit: AnimationReader.pixelLimit)
    (self.path, self.chunks, self.shared, control) = (path, chunks, shared, first)
    kind = header.data.dropFirst(8)
    canvas = AnimationCanvas(width: width, height: height)
  }

  func next() throws -> AnimationReader.Frame? {
    guard let control else { return nil }
    self.control = nil
    var data: [UInt8] = []
    while self.control == nil, let chunk = try chunks.next() {
      switch chunk.name {
      case "IDAT": data += chunk.data
      // A number stands before the pixels.
      case "fdAT": data += chunk.data.dropFirst(4)
      case "fcTL":
        self.control = try FrameControl(chunk.data, width: canvas.width, height: canvas.height, path)
      default: break
      }
    }
    dispose()
    let rectangle = control.rectangle
    disposal = (control.disposal, rectangle, control.disposal == .previous ? canvas.part(rectangle) : [])
    let pixels = try decoded(data, rectangle)
    if control.isBlended {
      canvas.draw(pixels, over: rectangle)
    } else {
      canvas.replace(rectangle, with: pixels)
    }
    return AnimationReader.Frame(picture: canvas.picture, duration: control.seconds)
  }

  private func dispose() {
    guard let (operation, rectangle, before) = disposal else { return }
    switch operation {
    case .none: break
    case .background: canvas.clear(rectangle)
    case .previous: canvas.replace(rectangle, with: before)
    }
  }

  /// The pixels of a frame, four bytes each.
  private func decoded(_ data: [UInt8], _ rectangle: Rectangle) throws -> [UInt8] {
    let sides = [rectangle.width, rectangle.height].flatMap { PNGChunks.bigEndian(UInt32($0)) }
    let file =
      PNGChunks.signature + PNGChunks.chunk("IHDR", sides + kind) + shared + PNGChunks.chunk("IDAT", data)
      + PNGChunks.chunk("IEND", [])
    return try DecodedPNG.pixels(of: file, path, on: nil).pixels
  }
}

/// The chunk fcTL: where and how long a frame is shown, and what becomes of it.
private struct FrameControl {
  enum Disposal: UInt8 { case none, background, previous }

  let rectangle: Rectangle
  let seconds: Double
  let disposal: Disposal
  /// Whether transparent pixels let those before shine through.
  let isBlended: Bool

  /// - Parameters:
  ///   - width: pixels of the canvas, in which the frame must lie.
  init(_ data: ArraySlice<UInt8>, width: Int, height: Int, _ path: String) throws(MediaError) {
    guard data.count == 26 else { throw .damaged(path: path, reason: "a control chunk is too short") }
    rectangle = Rectangle(
      left: data.bigEndian(at: 12, 4), top: data.bigEndian(at: 16, 4), width: data.bigEndian(at: 4, 4),
      height: data.bigEndian(at: 8, 4))
    guard rectangle.width > 0, rectangle.height > 0, rectangle.left + rectangle.width <= width,
      rectangle.top + rectangle.height <= height
    else { throw .damaged(path: path, reason: "a frame lies outside of the picture") }
    // A denominator of 0 counts as 100.
    let denominator = data.bigEndian(at: 22, 2)
    seconds = Double(data.bigEndian(at: 20, 2)) / Double(denominator == 0 ? 100 : denominator)
    disposal = Disposal(rawValue: UInt8(data.bigEndian(at: 24, 1))) ?? .none
    isBlended = data.bigEndian(at: 25, 1) == 1
  }
}

extension ArraySlice<UInt8> {
  /// A whole number of a few bytes.
  fileprivate func bigEndian(at offset: Int, _ count: Int) -> Int {
    self[startIndex + offset..<startIndex + offset + count].reduce(0) { $0 << 8 | Int($1) }
  }
}
