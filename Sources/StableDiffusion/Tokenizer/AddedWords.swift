/// Words added to the vocabulary (added tokens in diffusers): each becomes ids of its own wherever it is found in a
/// cleaned prompt.
///
/// They are found as diffusers finds added tokens: before the text is split into words, the leftmost first, and the
/// longest of those that begin there.
struct AddedWords: Sendable {
  private struct Word {
    let letters: [Unicode.Scalar]
    let ids: [Int]
  }
  /// The longest first.
  private let words: [Word]

  init(_ words: [(text: String, ids: [Int])] = []) {
    self.words = words.map { Word(letters: Array(cleaned($0.text).unicodeScalars), ids: $0.ids) }
      .filter { !$0.letters.isEmpty }.sorted { $0.letters.count > $1.letters.count }
  }

  /// A stretch of a text: plain, or one of these words, with its ids.
  struct Piece {
    let text: Substring
    let ids: [Int]?
  }

  /// - Parameter whole: only words that do not begin or end inside another one, as AUTOMATIC1111 finds them.
  func pieces(of text: String, whole: Bool = false) -> [Piece] {
    guard !words.isEmpty else { return [Piece(text: text[...], ids: nil)] }
    var pieces: [Piece] = []
    let scalars = text.unicodeScalars
    var (plainStart, position) = (scalars.startIndex, scalars.startIndex)
    while position < scalars.endIndex {
      guard
        let word = words.first(where: {
          scalars[position...].starts(with: $0.letters) && (!whole || isWhole($0, at: position, in: scalars))
        })
      else {
        position = scalars.index(after: position)
        continue
      }
      if plainStart < position {
        pieces.append(Piece(text: Substring(scalars[plainStart..<position]), ids: nil))
      }
      let end = scalars.index(position, offsetBy: word.letters.count)
      pieces.append(Piece(text: Substring(scalars[position..<end]), ids: word.ids))
      (plainStart, position) = (end, end)
    }
    if plainStart < position {
      pieces.append(Piece(text: Substring(scalars[plainStart..<position]), ids: nil))
    }
    return pieces
  }

  private func isWhole(
    _ word: Word, at position: String.Index, in scalars: String.UnicodeScalarView
  ) -> Bool {
    let (before, after) = (
      scalars[..<position].last, scalars[position...].dropFirst(word.letters.count).first
    )
    return !(continues(before) && continues(word.letters.first))
      && !(continues(after) && continues(word.letters.last))
  }

  private func continues(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { $0.properties.isAlphabetic || $0.properties.numericType != nil } ?? false
  }
}
