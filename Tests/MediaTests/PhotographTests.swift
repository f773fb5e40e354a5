import Foundation
import Media
import TestFolders
import Testing

/// Pictures as people have them: photographs and scans in PNG and JPEG files.
@Suite struct PhotographTests {
  @Test(
    "a JPEG file gives Pillow's pixels: subsampled, progressive, grey, ink",
    arguments: ["scene", "progressive", "grey", "ink"])
  func jpeg(name: String) throws {
    let folder = try TemporaryFolder()
    let file = try upright(bytes(fixture("\(name).jpg")))
    try file.write(to: URL(fileURLWithPath: folder.file("picture.jpg")))
    let picture = try Picture(file: folder.file("picture.jpg"))
    expectClose(picture, try Picture(pngFile: fixture("\(name)-decoded.png")), within: 2)
  }

  @Test("a PNG file is read in colour, with 8 bits, and what is see-through on white")
  func png() throws {
    #expect(
      try Picture(file: fixture("grey.png")).pixels == [0, 0, 0, 100, 100, 100, 255, 255, 255])
    #expect(try Picture(file: fixture("palette.png")).pixels == [0, 0, 255, 0, 255, 0, 255, 0, 0])
    #expect(
      try Picture(file: fixture("sixteen-bits.png")).pixels == [0, 128, 255, 255, 0, 128, 128, 255, 0])
    let pixels = try Picture(file: fixture("alpha.png")).pixels
    #expect(pixels[..<6] == [255, 0, 0, 255, 255, 255])
    // Half of white's light; libpng works with tables.
    #expect(abs(Int(pixels[6]) - 188) <= 2 && pixels[8] == 255)
  }

  // What EXIF calls row 0 and column 0 of the upright picture, as sources of its pixel (x, y) in a stored picture of
  // w x h.
  @Test(
    "a photograph is turned as its camera was held, in all eight ways",
    arguments: zip(1...8, ["x,y", "-x,y", "-x,-y", "x,-y", "y,x", "y,-x", "-y,-x", "-y,x"]))
  func orientation(number: Int, source: String) throws {
    let folder = try TemporaryFolder()
    let stored = try Picture(pngFile: fixture("scene.png"))
    try turned(bytes(fixture("turned.png")), to: UInt8(number)).write(
      to: URL(fileURLWithPath: folder.file("turned.png")))
    let picture = try Picture(file: folder.file("turned.png"))
    #expect((picture.width, picture.height) == (number < 5 ? (60, 41) : (41, 60)))
    let axes = source.split(separator: ",")
    for (x, y) in [(0, 0), (7, 3), (40, 40), (picture.width - 1, 0), (0, picture.height - 1)] {
      let coordinates = zip(axes, [60, 41]).map { axis, size in
        let value = axis.hasSuffix("x") ? x : y
        return axis.hasPrefix("-") ? size - 1 - value : value
      }
      #expect(
        pixel(picture, x, y) == pixel(stored, coordinates[0], coordinates[1]),
        "orientation \(number), \(x), \(y)")
    }
  }

  @Test("the orientation of a JPEG file is found, too")
  func jpegOrientation() throws {
    let picture = try Picture(file: fixture("scene.jpg"))
    let stored = try Picture(pngFile: fixture("scene-decoded.png"))
    #expect((picture.width, picture.height) == (41, 60))
    // Turned to the right: the first row was the first column, from below.
    let (found, expected) = (pixel(picture, 0, 0), pixel(stored, 0, 40))
    #expect(zip(found, expected).allSatisfy { abs(Int($0) - Int($1)) <= 2 }, "\(found) \(expected)")
  }

  @Test(
    "the middle of a picture in another size is Pillow's", arguments: [(16, 16), (80, 30), (24, 40)])
  func fitting(width: Int, height: Int) throws {
    let fitted = try Picture(file: fixture("scene.png")).fitted(width: width, height: height)
    expectClose(fitted, try Picture(pngFile: fixture("fitted-\(width)x\(height).png")), within: 1)
  }

  @Test("a picture that has the size already stays as it is, and one of one pixel fills any")
  func fittingEnds() throws {
    let scene = try Picture(file: fixture("scene.png"))
    #expect(scene.fitted(width: 60, height: 41) == scene)
    let dot = Picture(width: 1, height: 1, pixels: [10, 200, 30]).fitted(width: 3, height: 2)
    #expect(dot.pixels == Array(repeating: [10, 200, 30], count: 6).flatMap { $0 })
    #expect(scene.fitted(width: 1, height: 1).pixels.count == 3)
  }

  @Test(
    "what is no picture is refused with what would be one",
    arguments: ["", "GIF89a and more", "some text", "\u{89}PNG"])
  func noPicture(text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture.png")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: MediaError.notAPicture(path: path)) { try Picture(file: path) }
    #expect(MediaError.notAPicture(path: path).description.contains("neither a PNG, a JPEG nor a WebP file"))
  }

  @Test("a device that never ends is refused")
  func endless() {
    let error = #expect(throws: MediaError.self) { try Picture(file: "/dev/zero") }
    #expect(error?.description.contains("it is not a file") == true)
  }

  @Test("a JPEG file that ends too early is refused wherever it ends")
  func truncated() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture.jpg")
    for name in ["scene.jpg", "progressive.jpg", "ink.jpg"] {
      let whole = try bytes(fixture(name))
      for count in stride(from: 3, to: whole.count - 20, by: 37) {
        try whole.prefix(count).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: MediaError.self, "\(name), \(count) bytes") { try Picture(file: path) }
        #expect(error?.description.hasPrefix("Cannot read \(path), the file is damaged: ") == true)
      }
    }
  }

  @Test("a size that the file cannot have is refused before memory is allocated for it")
  func lyingSizes() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture")
    var jpeg = try bytes(fixture("grey.jpg"))
    let frame = try #require(jpeg.range(of: Data([0xFF, 0xC0])))
    jpeg.replaceSubrange(frame.upperBound + 3..<frame.upperBound + 7, with: [0x27, 0x10, 0x27, 0x10])
    var png = try bytes(fixture("scene.png"))
    png.replaceSubrange(16..<24, with: [0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10])
    // libpng compares the header with its checksum.
    png.replaceSubrange(29..<33, with: checksum(png[12..<29]))
    for file in [jpeg, png] {
      try file.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: MediaError.self) { try Picture(file: path) }
      #expect(
        error?.description.contains("claims 10000 x 10000 pixels in \(file.count) bytes") == true,
        "\(error as Any)")
    }
  }

  @Test("a size beyond all cameras is refused")
  func largeSizes() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture.jpg")
    var jpeg = try bytes(fixture("grey.jpg"))
    let frame = try #require(jpeg.range(of: Data([0xFF, 0xC0])))
    jpeg.replaceSubrange(frame.upperBound + 3..<frame.upperBound + 7, with: [0xFF, 0xDC, 0xFF, 0xDC])
    try jpeg.write(to: URL(fileURLWithPath: path))
    #expect(throws: MediaError.tooLarge(path: path, width: 65500, height: 65500, limit: "134217728 pixels")) {
      try Picture(file: path)
    }
  }

  @Test(
    "files with random mistakes give a picture or one sentence",
    arguments: ["scene.jpg", "progressive.jpg", "ink.jpg", "turned.png", "palette.png", "sixteen-bits.png"])
  func mutations(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("picture")
    let whole = try bytes(fixture(name))
    var random = SplitMix(state: 17)
    var (pictures, refusals) = (0, 0)
    for _ in 0..<700 {
      try mutated(whole, &random).write(to: URL(fileURLWithPath: path))
      do {
        let picture = try Picture(file: path)
        #expect(picture.pixels.count == picture.width * picture.height * 3)
        pictures += 1
      } catch let error as MediaError {
        #expect(error.description.contains(path) && error.description.hasSuffix("."), "\(error)")
        refusals += 1
      }
    }
    #expect(pictures > 0 && refusals > 100, "\(pictures) pictures, \(refusals) refusals")
  }
}

/// A copy with a few bytes changed, cut out, doubled, or nothing behind some place.
func mutated(_ whole: Data, _ random: inout SplitMix) -> Data {
  var file = whole
  for _ in 0..<Int.random(in: 1...4, using: &random) where file.count > 8 {
    let place = Int.random(in: 0..<file.count, using: &random)
    let end = min(file.count, place + Int.random(in: 1...16, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0: file.removeSubrange(place..<end)
    case 1: file.insert(contentsOf: file[place..<end], at: place)
    case 2: file.removeSubrange(max(8, place)..<file.count)
    case 3: file[place] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &random) ?? 0
    default: file[place] = UInt8.random(in: 0...255, using: &random)
    }
    file = Data(file)
  }
  return file
}

private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// A copy whose camera was held in another way: the value of EXIF's tag Orientation is changed, if there is one.
private func turned(_ file: Data, to number: UInt8) -> Data {
  var file = file
  for entry in [[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0], [0x12, 0x01, 3, 0, 1, 0, 0, 0]] as [[UInt8]] {
    if let found = file.range(of: Data(entry)) { file[found.upperBound] = number }
  }
  return file
}

private func upright(_ file: Data) -> Data { turned(file, to: 1) }

private func pixel(_ picture: Picture, _ x: Int, _ y: Int) -> [UInt8] {
  let start = 3 * (y * picture.width + x)
  return Array(picture.pixels[start..<start + 3])
}

private func expectClose(
  _ found: Picture, _ expected: Picture, within tolerance: Int,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect((found.width, found.height) == (expected.width, expected.height), sourceLocation: sourceLocation)
  let largest = zip(found.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  #expect(largest <= tolerance, "largest difference \(largest)", sourceLocation: sourceLocation)
}

/// The CRC-32 of a PNG chunk's name and data.
private func checksum(_ bytes: Data) -> [UInt8] {
  let sum = ~bytes.reduce(~UInt32(0)) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
  }
  return withUnsafeBytes(of: sum.bigEndian, Array.init)
}
