/// How the samples of a WAV file are stored: its chunk `fmt ` (Microsoft and IBM, "Multimedia Programming Interface and
/// Data Specifications 1.0", 1991; WAVE_FORMAT_EXTENSIBLE of 2001).
struct WaveFormat {
  enum Element {
    /// Unsigned, 128 is silence.
    case unsigned8
    /// Little-endian and signed.
    case signed16, signed24, signed32
    case float32, float64

    var byteCount: Int {
      switch self {
      case .unsigned8: 1
      case .signed16: 2
      case .signed24: 3
      case .signed32, .float32: 4
      case .float64: 8
      }
    }
  }

  let element: Element
  let channelCount: Int
  /// Samples a second of each channel.
  let sampleRate: Int

  /// Of one sample of every channel.
  var bytesPerSample: Int { element.byteCount * channelCount }

  /// From telephones to the fastest converters.
  static let sampleRates = 1000...1_536_000

  /// - Parameter chunk: at least 16 bytes; an extensible format has 40.
  init(_ chunk: [UInt8], of path: String) throws(SoundError) {
    func damaged(_ reason: String) -> SoundError { .damaged(path: path, reason: reason) }

    guard chunk.count >= 16 else { throw damaged("the description of its samples has \(chunk.count) bytes") }
    channelCount = littleEndian(chunk[2..<4])
    sampleRate = littleEndian(chunk[4..<8])
    let bytesPerSample = littleEndian(chunk[12..<14])
    let bits = littleEndian(chunk[14..<16])
    var tag = littleEndian(chunk[0..<2])
    if tag == Self.extensible {
      guard chunk.count >= 40 else { throw damaged("the description of its samples breaks off") }
      guard Array(chunk[26..<40]) == Self.identifierEnd else {
        throw .needsConversion(path: path, format: "a WAV file with samples of a private kind")
      }
      tag = littleEndian(chunk[24..<26])
    }
    // Fewer bits than the bytes have are the upper ones.
    switch (tag, (bits + 7) / 8) {
    case (Self.pcm, 1): element = .unsigned8
    case (Self.pcm, 2): element = .signed16
    case (Self.pcm, 3): element = .signed24
    case (Self.pcm, 4): element = .signed32
    case (Self.float, 4): element = .float32
    case (Self.float, 8): element = .float64
    default:
      throw .needsConversion(path: path, format: "a WAV file with \(Self.kind(tag, bits: bits)) samples")
    }
    guard channelCount > 0 else { throw damaged("it has no channels") }
    guard Self.sampleRates.contains(sampleRate) else {
      throw damaged(
        "it has \(sampleRate) samples a second, and \(Self.sampleRates.lowerBound) to "
          + "\(Self.sampleRates.upperBound) are expected")
    }
    guard bytesPerSample == channelCount * element.byteCount else {
      throw damaged(
        "\(channelCount) x \(bits) bits are not the \(bytesPerSample) bytes that it names for a sample")
    }
  }

  private static let (pcm, float, extensible) = (1, 3, 0xFFFE)
  /// What follows the tag in the identifier of an extensible format (KSDATAFORMAT_SUBTYPE_PCM and its kind).
  private static let identifierEnd: [UInt8] = [
    0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71,
  ]

  /// The name of a kind of samples that is not read (mmreg.h, and RFC 2361).
  private static func kind(_ tag: Int, bits: Int) -> String {
    switch tag {
    case pcm: "\(bits)-bit PCM"
    case float: "\(bits)-bit float"
    case 2, 0x11: "ADPCM"
    case 6: "A-law"
    case 7: "mu-law"
    case 0x31: "GSM"
    case 0x50, 0x55: "MPEG"
    case 0xFF, 0x1610: "AAC"
    default: "unknown (format \(tag))"
    }
  }
}

func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int {
  // Lengths of eight bytes that no file has become the largest one.
  Int(clamping: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}
