import Foundation

/// A WAV file in bytes, put together here, independently of the reader.
struct WaveBytes {
  var tag = 1
  var channels = 1
  var rate = 8000
  var bits = 16
  /// An identifier's end makes the format extensible.
  var identifierEnd: [UInt8]?
  var samples: [UInt8] = []
  /// What the file claims; nil for the truth.
  var claimedLength: UInt32?
  var bytesPerSample: Int?
  /// Chunks between the format and the samples.
  var extraChunks: [UInt8] = []
  var kind = "RIFF"

  static let standardEnd: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

  var format: [UInt8] {
    let size = bytesPerSample ?? channels * ((bits + 7) / 8)
    let plain =
      bytes(UInt16(identifierEnd == nil ? tag : 0xFFFE)) + bytes(UInt16(channels)) + bytes(UInt32(rate))
      + bytes(UInt32(truncatingIfNeeded: rate * size)) + bytes(UInt16(size)) + bytes(UInt16(bits))
    guard let identifierEnd else { return plain }
    return plain + bytes(UInt16(22)) + bytes(UInt16(bits)) + bytes(UInt32(3)) + bytes(UInt16(tag))
      + identifierEnd
  }

  var file: [UInt8] {
    let body =
      Array("WAVE".utf8) + chunk("fmt ", format) + extraChunks + Array("data".utf8)
      + bytes(claimedLength ?? UInt32(samples.count)) + samples
    return Array(kind.utf8) + bytes(UInt32(body.count)) + body
  }
}

func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
  Array(name.utf8) + bytes(UInt32(data.count)) + data + [UInt8](repeating: 0, count: data.count % 2)
}

/// Little-endian.
func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian, Array.init)
}

/// Signed 16-bit samples of numbers in -1...1.
func samples16(_ numbers: [Double]) -> [UInt8] {
  numbers.flatMap { bytes(Int16((min(max($0, -1), 1) * 32767).rounded())) }
}
