/// Writes an animated PNG in one pass, without loss. Of each frame after the first, only the rectangle that changes
/// is stored.
///
/// An animated PNG is a PNG file with three more kinds of chunks: acTL says how many frames there are, fcTL where and
/// how long each is shown, and fdAT holds what IDAT holds of the first. Frames are encoded by libpng as files of
/// their own.
///
/// Source: PNG specification, third edition, section 11.3.4.
public final class APNGEncoder: AnimationEncoder {
  private let file: PendingFile
  private let path: String
  private let animation: AnimationDescription
  private let delay: FrameDelay
  private let recipe: RecipeText?
  private var added = 0
  private var previous: Picture?
  /// Of fcTL and fdAT chunks, over all frames.
  private var sequenceNumber: UInt32 = 0

  /// - Parameter recipe: a JSON object in ASCII that says how the animation was made.
  public init(path: String, _ animation: AnimationDescription, recipe: String? = nil) throws {
    try animation.require(.apng, of: path)
    self.recipe = try recipe.map { text throws(MediaError) in try RecipeText(text, for: path) }
    self.path = path
    self.animation = animation
    delay = FrameDelay(framesPerSecond: animation.framesPerSecond)
    file = try PendingFile(path: path)
  }

  public func add(_ picture: Picture) throws {
    precondition(
      added < animation.frameCount, "\(animation.frameCount) frames were announced, and one more was added.")
    try animation.requireSize(of: picture, in: path)
    let whole = Rectangle(left: 0, top: 0, width: animation.width, height: animation.height)
    // A frame has at least one pixel, also where nothing changes.
    let rectangle =
      previous.map { picture.changes(from: $0) ?? Rectangle(left: 0, top: 0, width: 1, height: 1) } ?? whole
    let png = try (rectangle == whole ? picture : picture.cropped(to: rectangle)).encodedPNG(for: path)
    var chunks = PNGChunks(png, of: path)
    var isControlled = false
    while let chunk = try chunks.next() {
      if chunk.name == "IDAT" {
        if !isControlled { try writeControl(rectangle) }
        isControlled = true
        try writePixels(chunk.data)
      } else if added == 0, chunk.name != "IEND" {
        try writeHeader(chunk)
      }
    }
    added += 1
    previous = picture
  }

  public func finish() throws {
    precondition(
      added == animation.frameCount, "\(animation.frameCount) frames were announced, and \(added) were added."
    )
    try write(PNGChunks.chunk("IEND", []))
    try file.commit()
  }

  /// A chunk before the pixels. Behind the first, IHDR, stands what belongs to the whole animation.
  private func writeHeader(_ chunk: PNGChunks.Chunk) throws(MediaError) {
    if chunk.name == "IHDR" { try write(PNGChunks.signature) }
    try write(PNGChunks.chunk(chunk.name, chunk.data))
    guard chunk.name == "IHDR" else { return }
    if let recipe { try write(PNGTexts.chunk(of: recipe)) }
    let plays: UInt32 = animation.isEndless ? 0 : 1
    try write(
      PNGChunks.chunk("acTL", PNGChunks.bigEndian(UInt32(animation.frameCount)) + PNGChunks.bigEndian(plays)))
  }

  private func writeControl(_ rectangle: Rectangle) throws(MediaError) {
    let sides = [rectangle.width, rectangle.height, rectangle.left, rectangle.top]
    let numbers = [nextSequenceNumber()] + sides.map(UInt32.init)
    let fraction = [delay.numerator, delay.denominator]
    // The frame stays when its time is over, and its pixels replace those before.
    let operations: [UInt8] = [0, 0]
    try write(
      PNGChunks.chunk(
        "fcTL", numbers.flatMap(PNGChunks.bigEndian) + fraction.flatMap(PNGChunks.bigEndian) + operations))
  }

  private func writePixels(_ data: ArraySlice<UInt8>) throws(MediaError) {
    try write(
      added == 0
        ? PNGChunks.chunk("IDAT", data)
        : PNGChunks.chunk("fdAT", PNGChunks.bigEndian(nextSequenceNumber()) + data))
  }

  private func nextSequenceNumber() -> UInt32 {
    defer { sequenceNumber += 1 }
    return sequenceNumber
  }

  private func write(_ bytes: [UInt8]) throws(MediaError) {
    _ = bytes.withUnsafeBufferPointer { file.append($0) }
    try file.check()
  }
}

/// How long a frame is shown, in seconds, as a fraction.
struct FrameDelay: Hashable {
  let numerator: UInt16
  let denominator: UInt16

  /// The simplest fraction that is 1 / framesPerSecond, or the nearest whose parts have 16 bits: the last convergent
  /// of the continued fraction that does. 10 frames a second give 1/10, 29.97 give 100/2997.
  init(framesPerSecond: Double) {
    var (numerator, denominator, earlier) = (1.0, framesPerSecond.rounded(.down), (0.0, 1.0))
    var rest = framesPerSecond - denominator
    while denominator / numerator != framesPerSecond, rest > 0 {
      let part = (1 / rest).rounded(.down)
      rest = 1 / rest - part
      let next = (part * numerator + earlier.0, part * denominator + earlier.1)
      guard max(next.0, next.1) <= Double(UInt16.max) else { break }
      earlier = (numerator, denominator)
      (numerator, denominator) = next
    }
    self.numerator = UInt16(numerator)
    self.denominator = UInt16(denominator)
  }
}
