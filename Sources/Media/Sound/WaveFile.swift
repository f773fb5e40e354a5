import Files
import Glibc

/// A WAV file: PCM of 8, 16, 24 or 32 bits or float of 32 or 64, any number of channels, RIFF or RF64. It is read in
/// blocks, so that an hour of sound takes no more memory than a second.
///
///     let sound = try WaveFile(path: "song.wav")
///     var peak: Float = 0
///     try sound.forEachBlock { samples in
///       for sample in samples { peak = max(peak, abs(sample)) }
///     }
///     print(sound.duration, sound.sampleRate, peak)
///
/// Channels are mixed to one. Sounds in other formats are refused with the command that converts them.
public final class WaveFile: Sendable {
  public let path: String
  /// Samples a second.
  public let sampleRate: Int
  public let channelCount: Int
  /// Samples of each channel.
  public let sampleCount: Int
  /// What is not as the file says, as a sentence for the user; nil if all is well. A file that breaks off is read as
  /// far as it goes.
  public let note: String?

  private let file: InputFile
  private let format: WaveFormat
  private let start: Int

  /// - Throws: `SoundError` for what is no WAV file, one in a format that is not read, and one without sound.
  public init(path: String) throws(SoundError) {
    file = try mapped(path) { () throws(FileError) in try InputFile(path: path) }
    let contents = try WaveChunks.contents(of: file)
    format = contents.format
    self.path = path
    sampleRate = format.sampleRate
    channelCount = format.channelCount
    start = contents.data.lowerBound
    let size = format.bytesPerSample
    sampleCount = contents.data.count / size
    guard sampleCount > 0 else { throw .damaged(path: path, reason: "there is no sound in it") }
    note = contents.expectedByteCount.flatMap { expected in
      guard contents.data.count < expected else { return nil }
      let (found, all) = (contents.data.count / size, expected / size)
      return "\(path) breaks off: of \(all) samples \(found) are there, and these are used."
    }
  }

  /// In seconds.
  public var duration: Double { Double(sampleCount) / Double(sampleRate) }

  /// Gives away the sound from its beginning to its end, the channels' mean, in blocks of at most 65,536 samples.
  /// - Parameter body: gets samples in -1...1; float samples may go beyond.
  /// - Throws: `SoundError` if the file cannot be read or holds numbers that are no sound, and what `body` throws.
  public func forEachBlock(_ body: (_ samples: [Float]) throws -> Void) throws {
    let blockSize = max(1, Self.blockBytes / format.bytesPerSample)
    var first = 0
    while first < sampleCount {
      let count = min(blockSize, sampleCount - first)
      try body(try mixedSamples(first..<first + count))
      first += count
    }
  }

  private static let blockBytes = 1 << 16
  /// Float samples beyond it are no sound: 120 dB above full scale.
  private static let largestSample = 1e6

  private func mixedSamples(_ range: Range<Int>) throws(SoundError) -> [Float] {
    let size = format.bytesPerSample
    let bytes = try mapped(path) { () throws(FileError) in
      try file.bytes(start + range.lowerBound * size..<start + range.upperBound * size)
    }
    let mixed: [Float] = bytes.withUnsafeBytes { bytes in
      (0..<range.count).map { sample in
        var sum = 0.0
        for channel in 0..<channelCount {
          sum += format.element.value(in: bytes, at: sample * size + channel * format.element.byteCount)
        }
        return Float(sum / Double(channelCount))
      }
    }
    // The comparison is false for what is not a number, too.
    if let wrong = mixed.firstIndex(where: { !(Double(abs($0)) <= Self.largestSample) }) {
      throw .implausibleSample(path: path, sample: range.lowerBound + wrong, value: Double(mixed[wrong]))
    }
    return mixed
  }
}

extension WaveFormat.Element {
  /// The sample that begins at a byte; full scale is 1.
  fileprivate func value(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Double {
    switch self {
    case .unsigned8:
      return (Double(bytes[offset]) - 128) / 0x80
    case .signed16:
      return Double(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))) / 0x8000
    case .signed24:
      let high = Int(Int8(bitPattern: bytes[offset + 2]))
      return Double(high << 16 | Int(bytes[offset + 1]) << 8 | Int(bytes[offset])) / 0x80_0000
    case .signed32:
      return Double(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        / 0x8000_0000
    case .float32:
      let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      return Double(Float(bitPattern: bits))
    case .float64:
      let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      return Double(bitPattern: bits)
    }
  }
}

/// Reading with this target's errors.
func mapped<Value>(_ path: String, _ read: () throws(FileError) -> Value) throws(SoundError) -> Value {
  do throws(FileError) {
    return try read()
  } catch {
    switch error {
    case .noSuchFile: throw .cannotRead(path: path, reason: systemReason(ENOENT))
    case .unreadable(_, let reason): throw .cannotRead(path: path, reason: reason)
    case .changed: throw .cannotRead(path: path, reason: "it changed while it was being read")
    }
  }
}
