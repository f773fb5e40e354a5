import CCrypto

/// The SHA-256 of a file's bytes (FIPS 180-4), which identifies a file whatever its path.
///
///     let digest = try FileDigest(of: "v1-5-pruned-emaonly.safetensors")
///     print(digest.short)       // 6ce0161689, as AUTOMATIC1111 and Civitai show it
public struct FileDigest: Hashable, Sendable, Codable, CustomStringConvertible {
  /// 64 digits in lower case.
  public let hexadecimal: String

  /// The first ten digits.
  public var short: String { String(hexadecimal.prefix(10)) }
  public var description: String { hexadecimal }

  /// - Parameter hexadecimal: 64 digits; nil for any other text.
  public init?(hexadecimal: String) {
    let digits = hexadecimal.lowercased()
    guard digits.utf8.count == 64, digits.utf8.allSatisfy(Set("0123456789abcdef".utf8).contains) else {
      return nil
    }
    self.hexadecimal = digits
  }

  /// Reads all of a plain file.
  /// - Throws: `FileError`, also if the file changes while it is read.
  public init(of path: String) throws(FileError) {
    try self.init(of: InputFile(path: path))
  }

  /// The SHA-256 of bytes in memory.
  public init(of bytes: some Sequence<UInt8>) {
    var hash = SHA256()
    Array(bytes).withUnsafeBytes { hash.update($0) }
    hexadecimal = hash.finish()
  }

  package init(of file: InputFile) throws(FileError) {
    var hash = SHA256()
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { block.deallocate() }
    var offset = 0
    while offset < file.size {
      let part = UnsafeMutableRawBufferPointer(rebasing: block[..<min(block.count, file.size - offset)])
      try file.read(into: part, from: offset)
      hash.update(UnsafeRawBufferPointer(part))
      offset += part.count
    }
    try file.requireUnchanged()
    hexadecimal = hash.finish()
  }

  /// A text of 64 digits in JSON.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = FileDigest(hexadecimal: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "A SHA-256 has 64 hexadecimal digits.")
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }
}

/// OpenSSL's SHA-256, which uses the processor's instructions for it.
private struct SHA256: ~Copyable {
  private let context = EVP_MD_CTX_new()

  init() {
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL has SHA-256.")
    }
  }

  deinit { EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// 64 digits.
  consuming func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
