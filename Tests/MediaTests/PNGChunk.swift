import CPNG

func bigEndian(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

/// A chunk of a PNG file, put together independently of the sources.
func pngChunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
  let named = Array(name.utf8) + data
  return bigEndian(UInt32(data.count)) + named + bigEndian(UInt32(crc32(0, named, UInt32(named.count))))
}
