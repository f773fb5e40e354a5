import StableDiffusion

/// What a recipe says about the files that are added to its model, and about how its prompts are read.
extension Recipe {
  /// A LoRA file and how strongly it is added.
  public struct LoRAReference: Codable, Sendable, Hashable {
    public var file: FileReference
    public var weight: Double

    /// - Parameter argument: `FILE` or `FILE:WEIGHT`. A path may have colons itself, so only a number is taken for a weight.
    public init(_ argument: String) throws {
      var (path, weight) = (argument, 1.0)
      if let colon = argument.lastIndex(of: ":"), colon > argument.startIndex,
        let number = Double(argument[argument.index(after: colon)...])
      {
        guard number.isFinite else { throw RenderError.loraWeight(argument) }
        (path, weight) = (String(argument[..<colon]), number)
      }
      file = try FileReference(path: path)
      self.weight = weight
    }
  }

  /// A file of embeddings, and the word that stands for them where it is not the file's own.
  public struct TextualInversionReference: Codable, Sendable, Hashable {
    public var file: FileReference
    public var token: String?

    /// - Parameter argument: `FILE` or `FILE:WORD`. A file that is there under the whole argument is meant.
    public init(_ argument: String) throws {
      var (path, token): (String, String?) = (argument, nil)
      if !FileReference.exists(argument), let colon = argument.lastIndex(of: ":"),
        FileReference.exists(String(argument[..<colon]))
      {
        (path, token) = (String(argument[..<colon]), String(argument[argument.index(after: colon)...]))
      }
      file = try FileReference(path: path)
      self.token = token
    }
  }

  /// How the prompts are read. What is CLIP's own way is left out of the recipe's text.
  public var promptReading: PromptReading {
    get { PromptReading(syntax: promptSyntax ?? .clip, clipSkip: clipSkip ?? 1) }
    set {
      promptSyntax = newValue.syntax == .clip ? nil : newValue.syntax
      clipSkip = newValue.clipSkip == 1 ? nil : newValue.clipSkip
    }
  }
}

extension Adapters {
  /// Reads the files that a recipe names.
  public init(loras: [Recipe.LoRAReference], textualInversions: [Recipe.TextualInversionReference]) throws {
    self.init(
      loras: try loras.map { try LoRA(path: $0.file.path, weight: $0.weight) },
      textualInversions: try textualInversions.flatMap {
        try TextualInversion.read(path: $0.file.path, token: $0.token)
      })
  }
}
