/// What a prompt uses of the notations of AUTOMATIC1111 and ComfyUI.
struct PromptNotation {
  /// `(word)` or `(word:1.3)`
  private(set) var hasRoundBrackets = false
  /// `[from:to:0.5]`, `[to:0.5]` or `[from::0.5]`: another prompt from some step on.
  private(set) var hasEditing = false
  /// `[cow|horse]`: another prompt in every step.
  private(set) var hasAlternation = false
  /// `a dog AND a cat`: several prompts at once.
  private(set) var hasConjunction = false
  private(set) var hasBreak = false

  init(_ prompt: String) {
    /// Of each bracket that is open: whether a | stood in it, and what stands behind its last colon.
    var open: [(hasBar: Bool, afterColon: String?)] = []
    var word = ""
    var isEscaped = false
    for character in prompt.unicodeScalars {
      if Self.isPartOfWord(character) {
        word.unicodeScalars.append(character)
      } else {
        finish(&word)
      }
      defer { isEscaped = character == "\\" && !isEscaped }
      if isEscaped { continue }
      switch character {
      case "(": hasRoundBrackets = true
      case "[": open.append((false, nil))
      case "|": if !open.isEmpty { open[open.count - 1].hasBar = true }
      case ":": if !open.isEmpty { open[open.count - 1].afterColon = "" }
      case "]":
        guard let bracket = open.popLast() else { continue }
        if bracket.hasBar { hasAlternation = true }
        if let number = bracket.afterColon, Double(number.filter { !$0.isWhitespace }) != nil {
          hasEditing = true
        }
      default:
        if !open.isEmpty, (open[open.count - 1].afterColon?.count ?? 99) < 20 {
          open[open.count - 1].afterColon?.unicodeScalars.append(character)
        }
      }
    }
    finish(&word)
  }

  private mutating func finish(_ word: inout String) {
    if word == "AND" { hasConjunction = true }
    if word == "BREAK" { hasBreak = true }
    word = ""
  }

  private static func isPartOfWord(_ character: Unicode.Scalar) -> Bool {
    if character.isASCII {
      return ("a"..."z").contains(character) || ("A"..."Z").contains(character)
        || ("0"..."9").contains(character) || character == "_"
    }
    return character.properties.isAlphabetic || character.properties.numericType != nil
  }
}
