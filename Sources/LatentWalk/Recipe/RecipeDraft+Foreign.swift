import StableDiffusion

extension RecipeDraft {
  /// What the settings of another program ask for, with the program's defaults where the text says nothing.
  init(_ settings: ForeignSettings) {
    self.init(.image, prompts: [settings.prompt ?? ""])
    let identity = settings.modelHash.map { ExpectedContents.sha256(prefix: $0) }
    if let name = settings.modelName ?? settings.modelHash { model = FileRequest(name, expected: identity) }
    if let name = settings.vaeName {
      vae = FileRequest(name, expected: settings.vaeHash.map { .sha256(prefix: $0) })
    }
    loras = settings.loras.map { LoRA(FileRequest($0.name), weight: $0.weight) }
    textualInversions = settings.textualInversions.map {
      TextualInversion(FileRequest($0.name), token: $0.name)
    }
    negativePrompt = settings.negativePrompt ?? negativePrompt
    promptReading = PromptReading(syntax: settings.promptSyntax, clipSkip: settings.clipSkip ?? 1)
    (steps, guidance) = (settings.steps ?? steps, settings.guidance ?? guidance)
    (sampler, schedule) = (settings.sampler ?? sampler, settings.schedule)
    (seed, rng, width, height) = (settings.seed, settings.rng, settings.width, settings.height)
    if let start = settings.start, let name = start.pictureName {
      (picture, strength) = (FileRequest(name), start.strength)
    }
  }
}

extension ForeignSettings {
  /// What a draft of these settings leaves out or replaces.
  var sentences: [String] {
    var sentences = unsupported
    if modelName == nil, modelHash == nil {
      sentences.append("No model is named; the bundled model \(ModelLibrary.bundledModel) takes its place.")
    }
    if sampler == nil {
      sentences.append("No sampler is taken over; \(RecipeDraft(.image).sampler.rawValue) takes its place.")
    }
    return sentences
  }
}
