import Glibc

/// Writes a text file, which appears when it is complete.
package func write(_ text: String, toFile path: String) throws {
  let file = try PendingFile(path: path)
  _ = Array(text.utf8).withUnsafeBufferPointer { file.append($0) }
  try file.commit()
}

/// All bytes of a file.
/// - Parameter limit: longer files are refused. Devices such as /dev/zero never end.
func bytes(ofFile path: String, limit: Int = .max) throws(MediaError) -> [UInt8] {
  guard let file = fopen(path, "rbe") else { throw .cannotRead(path: path, reason: MediaError.reason(errno)) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&part, 1, part.count, file)
    bytes.append(contentsOf: part[..<count])
    if bytes.count > limit { throw .cannotRead(path: path, reason: "it has more than \(limit) bytes") }
    if ferror(file) != 0 { throw .cannotRead(path: path, reason: MediaError.reason(errno)) }
    if count < part.count { return bytes }
  }
}
