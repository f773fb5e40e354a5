/// How a prompt is read.
public enum PromptSyntax: String, Codable, Sendable, CaseIterable {
  /// As CLIP's own tokenizer: every character is text, and what does not fit is cut.
  case clip
  /// As AUTOMATIC1111's web UI: `(word:1.3)` and `[word]` change how much words count, BREAK begins a new chunk, and a
  /// prompt may have any length.
  case a1111
}

/// All that decides which embedding a prompt becomes, beside the model.
public struct PromptReading: Sendable, Hashable, Codable {
  public var syntax: PromptSyntax
  /// Which layer of the text encoder, counted from its end, gives the embedding: 1 is the last, 2 the one before it.
  /// The final norm follows in either case. (AUTOMATIC1111 counts so; diffusers' `clip_skip` is one less.)
  public var clipSkip: Int

  public init(syntax: PromptSyntax = .clip, clipSkip: Int = 1) {
    self.syntax = syntax
    self.clipSkip = clipSkip
  }
}
