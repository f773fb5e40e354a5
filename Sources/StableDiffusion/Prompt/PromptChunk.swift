/// As many tokens as the text encoder reads at once, and how much each counts.
package struct PromptChunk: Equatable {
  package var ids: [Int] = []
  package var weights: [Float] = []

  fileprivate mutating func append(_ ids: [Int], _ weight: Float) {
    self.ids += ids
    weights += ids.map { _ in weight }
  }

  /// Removes and returns the tokens from `index` on.
  fileprivate mutating func split(at index: Int) -> PromptChunk {
    let rest = PromptChunk(ids: Array(ids[index...]), weights: Array(weights[index...]))
    ids.removeSubrange(index...)
    weights.removeSubrange(index...)
    return rest
  }
}

extension Tokenizer {
  /// The chunks of a prompt in AUTOMATIC1111's notation: 75 tokens each for CLIP, between a begin and an end token.
  ///
  /// When a chunk is full and the next token is no comma, the text behind its last comma moves to the next chunk, if
  /// that is not more than 20 tokens. The words of a textual inversion stay together. A chunk that is not full is
  /// padded like an ordinary prompt.
  ///
  /// Source: the page "Features" of AUTOMATIC1111's wiki, "Infinite prompt length"; "Prompt word wrap length limit" in
  /// its settings.
  package func chunks(of prompt: String) -> [PromptChunk] {
    let capacity = length - 2
    let comma = pairs.encode(",").map(\.id)
    var (full, chunk) = ([PromptChunk](), PromptChunk())
    /// Where the chunk's last comma is.
    var lastComma: Int?
    func finish() {
      full.append(chunk)
      (chunk, lastComma) = (PromptChunk(), nil)
    }

    for part in emphasisedTexts(prompt) {
      if part.isBreak {
        finish()
        continue
      }
      let words = spelledWords(in: cleaned(part.text), wholeAddedWords: true)
      let units = words.flatMap { word in
        word.isAdded ? [word.symbols.map(\.id)] : word.symbols.map { [$0.id] }
      }
      // A tokenizer of two tokens has room for none between them.
      for unit in units where unit.count <= capacity {
        if unit == comma {
          lastComma = chunk.ids.count
        } else if let index = lastComma, chunk.ids.count == capacity, capacity - index <= Self.wrapLimit {
          let rest = chunk.split(at: index + 1)
          finish()
          chunk = rest
        }
        if chunk.ids.count + unit.count > capacity { finish() }
        // Factors of nested brackets may leave the range of float32; a million drowns everything else as well.
        chunk.append(unit, Float(max(-1e6, min(1e6, part.weight))))
      }
    }
    if !chunk.ids.isEmpty || full.isEmpty { finish() }
    return full.map(filledUp)
  }

  /// How far behind a comma a chunk may end before the text behind the comma moves to the next one.
  private static let wrapLimit = 20

  private func filledUp(_ chunk: PromptChunk) -> PromptChunk {
    var whole = PromptChunk(ids: [begin], weights: [1])
    whole.ids += chunk.ids + [end]
    whole.weights += chunk.weights
    whole.ids += [Int](repeating: padding, count: length - whole.ids.count)
    whole.weights += [Float](repeating: 1, count: length - whole.weights.count)
    return whole
  }
}
