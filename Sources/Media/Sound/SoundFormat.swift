/// Sounds in other formats than WAV, recognised by their first bytes.
enum SoundFormat {
  /// How many bytes are looked at.
  static let headSize = 12

  /// What a file is, with its article: "an MP3 file"; nil for what is not known.
  static func name(of head: [UInt8]) -> String? {
    func begins(_ text: String, at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: text.utf8) }

    if begins("ID3") { return "an MP3 file" }
    if begins("fLaC") { return "a FLAC file" }
    if begins("OggS") { return "an Ogg file" }
    if begins("ftyp", at: 4) { return "an MP4 file" }
    if begins("FORM"), begins("AIF", at: 8) { return "an AIFF file" }
    if begins("caff") { return "a CAF file" }
    if begins("RIFX") { return "a big-endian WAV file" }
    if begins("riff") { return "a Wave64 file" }
    if begins("MThd") { return "a MIDI file" }
    if begins("#!AMR") { return "an AMR file" }
    if begins("RIFF"), begins("AVI ", at: 8) { return "an AVI file" }
    if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "a Matroska or WebM file" }
    if head.starts(with: [0x30, 0x26, 0xB2, 0x75]) { return "a WMA file" }
    // Eleven bits that begin a frame of MPEG audio; a layer of 0 is AAC's.
    if head.count >= 2, head[0] == 0xFF, head[1] & 0xE0 == 0xE0 {
      return head[1] & 0x06 == 0 ? "an AAC file" : "an MP3 file"
    }
    return nil
  }
}
