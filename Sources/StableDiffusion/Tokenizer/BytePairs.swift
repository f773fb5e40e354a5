/// The spelling of words: a word begins as its bytes, and neighbours are joined, the pair that was most
/// frequent in the training first, until no known pair is left.
///
/// Source: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units" (2016), algorithm
/// 1.
struct BytePairs: Sendable {
  /// A part of a word.
  struct Symbol {
    let id: Int
    /// How many bytes of the word it spells.
    let byteCount: Int
  }
  struct Pair: Hashable {
    let left: Int
    let right: Int
  }
  struct Merge {
    /// Lower is joined earlier.
    let rank: Int
    /// What the pair becomes.
    let id: Int
  }

  /// The ids of the 256 bytes.
  let bytes: [Int]
  /// The ids of the 256 bytes where they end a word.
  let lastBytes: [Int]
  let merges: [Pair: Merge]

  func encode(_ word: Substring) -> [Symbol] {
    guard let last = word.utf8.last else { return [] }
    var symbols = word.utf8.dropLast().map { Symbol(id: bytes[Int($0)], byteCount: 1) }
    symbols.append(Symbol(id: lastBytes[Int(last)], byteCount: 1))
    while let (pair, merge) = firstMerge(in: symbols) {
      symbols = joining(pair, into: merge.id, in: symbols)
    }
    return symbols
  }

  private func firstMerge(in symbols: [Symbol]) -> (Pair, Merge)? {
    var first: (Pair, Merge)?
    for (left, right) in zip(symbols, symbols.dropFirst()) {
      let pair = Pair(left: left.id, right: right.id)
      guard let merge = merges[pair], merge.rank < first?.1.rank ?? .max else { continue }
      first = (pair, merge)
    }
    return first
  }

  /// Joins all occurrences of the pair, from left to right.
  private func joining(_ pair: Pair, into id: Int, in symbols: [Symbol]) -> [Symbol] {
    var result: [Symbol] = []
    for symbol in symbols {
      if let left = result.last, left.id == pair.left, symbol.id == pair.right {
        result[result.count - 1] = Symbol(id: id, byteCount: left.byteCount + symbol.byteCount)
      } else {
        result.append(symbol)
      }
    }
    return result
  }
}
