import CPNG
import Foundation
import Media
import TestFolders

/// An animated PNG as a browser shows it, put together here from its chunks; each frame's pixels are decoded as a PNG
/// file.
struct DecodedAPNG {
  private(set) var pictures: [Picture] = []
  /// Numerator and denominator, in seconds.
  private(set) var delays: [[Int]] = []
  /// Width, height, left and top of each frame.
  private(set) var rectangles: [[Int]] = []
  private(set) var frameCount = 0
  /// 0 for no end.
  private(set) var plays = 0
  private(set) var names: [String] = []

  init(_ path: String, in folder: TemporaryFolder) throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    var header: [UInt8] = []
    var frames: [[UInt8]] = []
    var sequence = 0
    var position = 8
    while position < bytes.count {
      let length = number(bytes[position..<position + 4])
      let name = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
      let data = Array(bytes[position + 8..<position + 8 + length])
      position += 12 + length
      names.append(name)
      if ["fcTL", "fdAT"].contains(name) {
        guard number(data[0..<4]) == sequence else { throw UnreadableAPNG() }
        sequence += 1
      }
      switch name {
      case "IHDR": header = data
      case "acTL": (frameCount, plays) = (number(data[0..<4]), number(data[4..<8]))
      case "fcTL":
        rectangles.append([4, 8, 12, 16].map { number(data[$0..<$0 + 4]) })
        delays.append([20, 22].map { number(data[$0..<$0 + 2]) })
        guard data[24...] == [0, 0] else { throw UnreadableAPNG() }
        frames.append([])
      case "IDAT": frames[frames.count - 1] += data
      case "fdAT": frames[frames.count - 1] += data[4...]
      default: break
      }
    }
    var canvas = [UInt8](repeating: 0, count: number(header[0..<4]) * number(header[4..<8]) * 3)
    for (frame, rectangle) in zip(frames, rectangles) {
      let part = try decoded(frame, rectangle, Array(header[8...]), in: folder)
      for y in 0..<part.height {
        let start = 3 * ((y + rectangle[3]) * number(header[0..<4]) + rectangle[2])
        canvas.replaceSubrange(
          start..<start + 3 * part.width, with: part.pixels[3 * y * part.width..<3 * (y + 1) * part.width])
      }
      pictures.append(Picture(width: number(header[0..<4]), height: number(header[4..<8]), pixels: canvas))
    }
  }

  private func decoded(
    _ data: [UInt8], _ rectangle: [Int], _ kind: [UInt8], in folder: TemporaryFolder
  ) throws -> Picture {
    let size = rectangle[..<2].flatMap { bigEndian(UInt32($0)) }
    let png =
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + pngChunk("IHDR", size + kind)
      + pngChunk("IDAT", data)
    let path = folder.file("frame.png")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(png + pngChunk("IEND", [])).write(to: URL(fileURLWithPath: path))
    return try Picture(pngFile: path)
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}

struct UnreadableAPNG: Error {}

func bigEndian(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

/// A chunk of a PNG file, put together independently of the sources.
func pngChunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
  let named = Array(name.utf8) + data
  return bigEndian(UInt32(data.count)) + named + bigEndian(UInt32(crc32(0, named, UInt32(named.count))))
}
