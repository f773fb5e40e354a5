import Foundation

extension BytePairs {
  /// Reads `merges.txt`: after a line with the version, one pair a line, those to be joined first at the top.
  init(file: URL, vocabulary: Vocabulary) throws(TokenizerError) {
    var bytes: [Int] = []
    var lastBytes: [Int] = []
    for name in Self.byteNames {
      bytes.append(try vocabulary.id(name))
      lastBytes.append(try vocabulary.id(name + Array("</w>".utf8)))
    }

    let lines = try tokenizerFile(file).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var merges: [Pair: Merge] = [:]
    merges.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() where !line.starts(with: "#version".utf8) {
      let parts = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
      if parts.isEmpty { continue }
      guard parts.count == 2 else {
        throw .invalid(path: file.path, reason: "line \(index + 1) is no pair of tokens")
      }
      let pair = Pair(left: try vocabulary.id(parts[0]), right: try vocabulary.id(parts[1]))
      merges[pair] = Merge(rank: index, id: try vocabulary.id(parts[0] + parts[1]))
    }
    self.init(bytes: bytes, lastBytes: lastBytes, merges: merges)
  }

  /// The characters that represent the bytes 0 to 255 in both files, in UTF-8: the visible ones of Latin-1
  /// for their own bytes, and those from 256 on for the rest.
  private static var byteNames: [[UInt8]] {
    var next: UInt16 = 256
    return (UInt16(0)..<256).map { byte in
      let isVisible = 33...126 ~= byte || 161...172 ~= byte || 174...255 ~= byte
      defer { if !isVisible { next += 1 } }
      return Array(String(decoding: [isVisible ? byte : next], as: UTF16.self).utf8)
    }
  }
}
