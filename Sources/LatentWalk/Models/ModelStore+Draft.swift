import StableDiffusion

/// From a draft to a recipe.
extension ModelStore {
  /// The complete recipe of a draft: the model is found and its files are hashed, the size is the model's where none
  /// was given, and a seed is drawn where none was given.
  /// - Throws: `RecipeError` if a value is not accepted, `RenderError` or `CheckpointError` if a model or file cannot
  ///   be used.
  public func recipe(for draft: RecipeDraft) throws -> Recipe {
    var generator = SystemRandomNumberGenerator()
    return try recipe(for: draft, drawingSeedFrom: &generator)
  }

  /// The same, with the generator that draws a missing seed.
  public func recipe(
    for draft: RecipeDraft, drawingSeedFrom generator: inout some RandomNumberGenerator
  ) throws -> Recipe {
    let (reference, folder) = try reference(for: draft)
    let seed = draft.seed ?? UInt64(UInt32.random(in: .min ... .max, using: &generator))
    let subjects: [(prompt: String?, embedding: Recipe.FileReference?)] =
      if let embedding = draft.embedding {
        draft.prompts.map { ($0, nil) } + [(nil, try self.reference(to: embedding))]
      } else {
        draft.prompts.map { ($0, nil) }
      }
    let noise = try draft.noise.map { try self.reference(to: $0) }
    let start = try draft.picture.map {
      Recipe.Start(picture: try self.reference(to: $0), strength: draft.strength)
    }
    let keyFrames = subjects.map { subject in
      var keyFrame = Recipe.KeyFrame(
        prompt: subject.prompt, embedding: subject.embedding, negativePrompt: draft.negativePrompt,
        guidance: draft.guidance, sampling: draft.sampling, seed: seed)
      keyFrame.noise = noise
      keyFrame.start = start
      return keyFrame
    }
    return try Recipe(
      model: reference,
      walk: Recipe.Walk(
        kind: draft.kind, keyFrames: keyFrames, timing: draft.timing,
        stepSize: draft.kind == .walk ? draft.stepSize : nil),
      settings: draft.settings(defaultSize: try ModelDescription(folder).defaultSize),
      playback: draft.playback)
  }
}
