/// What a user can cause between a recipe and its frames. Its description is the sentence for the user.
public enum RenderError: Error, Equatable, CustomStringConvertible {
  case noSuchModel(name: String, searched: [String])
  case notFetched(name: String, hubs: [String])
  /// A name matches several models.
  case severalModels(name: String, choices: [String])
  /// Hugging Face's cache has the repository, and no model in it.
  case incomplete(name: String, place: String)
  case size(width: Int, height: Int, multiple: Int)
  case tooLarge(width: Int, height: Int, limit: Int)
  case noiseShape(path: String, found: [Int], expected: [[Int]])
  case latentsShape(path: String, found: [Int], channels: Int)
  case embeddingShape(path: String, found: [Int], expected: [Int])
  case notFinite(path: String)
  case clipSkip(Int, layers: Int)
  /// A frame that the walk does not have, or that is not in the step that was given.
  case noSuchFrame(Int, choices: String)
  case recipeTooLong(bytes: Int, limit: Int)
  case otherRecipe(directory: String)
  case directory(path: String, reason: String)
  case notRemoved(directory: String, reason: String)
  case brokenFrame(path: String, reason: String)
  case unreadableRecipe(path: String)

  public var description: String {
    switch self {
    case .noSuchModel(let name, let searched):
      "There is no model \"\(name)\"; searched: \(searched.joined(separator: ", ")). "
        + "Give the path of a diffusers folder or of a checkpoint, or a name that 'latentwalk models' lists."
    case .notFetched(let name, let hubs):
      "There is no folder or file \(name), and no model of that name in Hugging Face's cache (\(hubs.joined(separator: ", "))). "
        + "If it is a model there, fetch it with '\(ModelLibrary.fetching(name))'."
    case .severalModels(let name, let choices):
      "\(name) matches several models; choose \(choices.joined(separator: " or "))."
    case .incomplete(let name, let place):
      "Of \(name), Hugging Face's cache has neither a whole folder of diffusers nor a checkpoint (\(place)). "
        + "If it is a model of Stable Diffusion, fetch it with '\(ModelLibrary.fetching(name))'."
    case .size(let width, let height, let multiple):
      "\(width) x \(height) pixels do not fit this model; width and height must be multiples of \(multiple), "
        + "such as \(nearest(width, multiple)) x \(nearest(height, multiple))."
    case .tooLarge(let width, let height, let limit):
      "\(width) x \(height) pixels are too many; choose a width and a height up to \(limit)."
    case .noiseShape(let path, let found, let expected):
      "\(path) holds noise of the shape \(found); for this size the model needs "
        + "\(expected.map { "\($0)" }.joined(separator: " or ")). Change the width and height, or the file."
    case .latentsShape(let path, let found, let channels):
      "\(path) holds an array of the shape \(found), and the model's latents are [\(channels), h, w] with h and w up to 1024. "
        + "Make some with 'latentwalk encode-image'."
    case .embeddingShape(let path, let found, let expected):
      "\(path) holds an embedding of the shape \(found); this model needs \(expected). "
        + "Make one with 'latentwalk encode' and this model."
    case .notFinite(let path):
      "\(path) holds NaN or infinity, of which no picture can be made; save it again with finite numbers."
    case .clipSkip(let clipSkip, let layers):
      "settings.clipSkip is \(clipSkip), and this model's text encoder has \(layers == 1 ? "1 layer" : "\(layers) layers"); "
        + "choose \(layers <= 1 ? "1" : "1 (the last) to \(layers)")."
    case .noSuchFrame(let frame, let choices):
      "There is no frame \(frame) here; choose \(choices)."
    case .recipeTooLong(let bytes, let limit):
      "The prompts are too long: the recipe has \(bytes) bytes, and \(limit) fit into a picture's file. Shorten the prompts."
    case .otherRecipe(let directory):
      "\(directory) holds frames of another recipe, and frames of two recipes are never mixed; "
        + "choose another output or another folder for frames, or delete this folder."
    case .directory(let path, let reason):
      "The folder for frames \(path) cannot be used: \(reason). Choose another folder."
    case .notRemoved(let directory, let reason):
      "The frames in \(directory) cannot be removed: \(reason). Delete the folder yourself; the result is complete."
    case .brokenFrame(let path, let reason):
      "The frame \(path) cannot be used: \(reason). Delete it and run the command again; only this frame is rendered anew."
    case .unreadableRecipe(let path):
      "\(path) is not a recipe of LatentWalk, so the frames beside it cannot be continued; "
        + "choose another output or another folder for frames, or delete this folder."
    }
  }
}

private func nearest(_ size: Int, _ multiple: Int) -> Int {
  max(multiple, (size + multiple / 2) / multiple * multiple)
}
