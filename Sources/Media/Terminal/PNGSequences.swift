import FoundationEssentials

/// A PNG file by kitty's graphics protocol: commands of keys and, in base64, 4096 characters of the file. All but the
/// last have m=1, and all but the first have no other key.
///
/// a=T shows it at once, f=100 is PNG, q=2 keeps the terminal from answering, C=1 leaves the cursor where it is. The
/// numbers of the image (i) and of its place (p) are always the same, so that a picture takes the last one's place.
func kittySequence(_ png: [UInt8], columns: Int, rows: Int) -> String {
  let text = Array(Data(png).base64EncodedString().utf8)
  var sequence = ""
  var keys = "a=T,f=100,q=2,C=1,i=\(kittyImage),p=1,c=\(columns),r=\(rows),"
  for start in stride(from: 0, to: text.count, by: 4096) {
    let end = min(text.count, start + 4096)
    let part = String(decoding: text[start..<end], as: UTF8.self)
    sequence += "\u{1B}_G\(keys)m=\(end < text.count ? 1 : 0);\(part)\u{1B}\\"
    keys = ""
  }
  return sequence
}

/// "LW" in ASCII: any number that other programs are not likely to use.
private let kittyImage = 0x4C57

/// A PNG file as an inline image of iTerm2, its size in characters.
func iTerm2Sequence(_ png: [UInt8], columns: Int, rows: Int) -> String {
  "\u{1B}]1337;File=inline=1;size=\(png.count);width=\(columns);height=\(rows);preserveAspectRatio=1:"
    + Data(png).base64EncodedString() + "\u{7}"
}
