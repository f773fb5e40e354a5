/// Turns a prompt into the token ids of CLIP's text encoder: its words in byte pairs, between a begin
/// and an end token, padded to a fixed length.
///
///     let tokenizer = try Tokenizer(folder: "stable-diffusion-v1-5/tokenizer")
///     let ids = tokenizer.encode("a dog").ids   // [49406, 320, 1929, 49407, 49407, ...], 77 in all
///
/// Source: `SimpleTokenizer` in OpenAI's CLIP. The tokenizer that diffusers uses resolves no HTML entities
/// and keeps typographic quotes, ligatures and wide letters; for other texts both agree.
public struct Tokenizer: Sendable {
  /// How many ids a prompt becomes: 77 for CLIP.
  public let length: Int
  let begin: Int
  let end: Int
  let padding: Int
  let pairs: BytePairs
  var added = AddedWords()

  static let beginName = "<|startoftext|>"
  static let endName = "<|endoftext|>"

  /// The ids of a prompt. What does not fit between begin and end is dropped, and returned as `droppedText`.
  public func encode(_ prompt: String) -> Tokens {
    let text = cleaned(prompt)
    var ids = [begin]
    var droppedText: String?
    for word in spelledWords(in: text) {
      let fitting = word.symbols.prefix(length - 1 - ids.count)
      ids += fitting.map(\.id)
      if fitting.count < word.symbols.count {
        let fittingBytes = fitting.reduce(0) { $0 + $1.byteCount }
        droppedText = String(decoding: text.utf8[word.start...].dropFirst(fittingBytes), as: UTF8.self)
        break
      }
    }
    ids.append(end)
    let padding = [Int](repeating: padding, count: length - ids.count)
    return Tokens(ids: ids + padding, count: ids.count, droppedText: droppedText)
  }

  /// The same tokenizer with added words, each with ids of its own.
  func adding(_ words: [(text: String, ids: [Int])]) -> Tokenizer {
    var tokenizer = self
    tokenizer.added = AddedWords(words)
    return tokenizer
  }

  /// A word of a cleaned text.
  struct SpelledWord {
    let symbols: [BytePairs.Symbol]
    let start: String.Index
    /// Whether it is one of the added words.
    let isAdded: Bool
  }

  /// The words of a cleaned text, in order.
  /// - Parameter wholeAddedWords: finds added words only where they do not begin or end inside another word.
  func spelledWords(in text: String, wholeAddedWords: Bool = false) -> [SpelledWord] {
    var spelled: [SpelledWord] = []
    for piece in added.pieces(of: text, whole: wholeAddedWords) {
      if let ids = piece.ids {
        // All of the text belongs to the last id, so that a word that is cut is reported as a whole.
        let symbols = ids.enumerated().map { index, id in
          BytePairs.Symbol(id: id, byteCount: index == ids.count - 1 ? piece.text.utf8.count : 0)
        }
        spelled.append(SpelledWord(symbols: symbols, start: piece.text.startIndex, isAdded: true))
      } else {
        spelled += words(in: piece.text).map { word in
          SpelledWord(symbols: symbols(of: word), start: word.startIndex, isAdded: false)
        }
      }
    }
    return spelled
  }

  /// The names of the begin and end token become these; any other word is spelled in byte pairs.
  private func symbols(of word: Substring) -> [BytePairs.Symbol] {
    switch word {
    case Self.beginName: [BytePairs.Symbol(id: begin, byteCount: word.utf8.count)]
    case Self.endName: [BytePairs.Symbol(id: end, byteCount: word.utf8.count)]
    default: pairs.encode(word)
    }
  }
}

/// A prompt as the text encoder reads it.
public struct Tokens: Sendable, Hashable {
  /// Begin, the prompt, end and padding: as many as the model reads.
  public let ids: [Int]
  /// How many of `ids` come before the padding, begin and end among them.
  public let count: Int
  /// The end of the prompt that did not fit, cleaned and in lower case; nil when all of it did.
  public let droppedText: String?
}
