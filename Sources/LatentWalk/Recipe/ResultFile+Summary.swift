import Foundation

/// What made a result, for people and for programs.
extension ResultFile {
  /// The recipe as its file has it; a walk's document as JSON; for results of other programs a JSON object with what a
  /// recipe could take over.
  public var json: String {
    get throws {
      if case .draft(let draft) = contents, Self.isWalkDocument(text, path), !text.isEmpty {
        return try draft.documentJSON
      }
      guard case .draft(let draft) = contents, program != "LatentWalk" else { return text }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let settings = String(decoding: try encoder.encode(draft), as: UTF8.self)
      let sentences = String(decoding: try encoder.encode(unsupported), as: UTF8.self)
      return "{\"tool\":\"\(program)\",\"settings\":\(settings),\"unsupported\":\(sentences)}"
    }
  }

  /// A line for each thing that made the result.
  public var summary: [String] {
    var lines = [line("Made by", program + (frame.map { ", frame \($0) of a walk" } ?? ""))]
    switch contents {
    case .recipe(let recipe): lines += recipe.summary
    case .draft(let draft): lines += draft.summary
    }
    return lines + unsupported.map { line("Not supported", $0) }
  }
}

extension Recipe {
  fileprivate var summary: [String] {
    var lines = [line("Model", "\(model.name) (SHA-256 \(model.sha256.short))")]
    lines += model.loras.map { line("LoRA", "\($0.file.path), weight \($0.weight)") }
    lines += model.textualInversions.map {
      line("Learned word", $0.file.path + ($0.token.map { ", \($0)" } ?? ""))
    }
    lines += [("VAE", model.vae), ("Tiny VAE", model.tinyVAE)].compactMap { name, file in
      file.map { line(name, $0.path) }
    }
    lines.append(line("Walk", walk.kind.rawValue + (walk.stepSize.map { ", steps of \($0)" } ?? "")))
    for keyFrame in walk.keyFrames {
      lines.append(line("Key frame", keyFrame.prompt ?? keyFrame.embedding?.path ?? ""))
      if !keyFrame.negativePrompt.isEmpty { lines.append(line("  negative", keyFrame.negativePrompt)) }
      if let noise = keyFrame.noise { lines.append(line("  noise", noise.path)) }
      if let start = keyFrame.start {
        lines.append(line("  begins with", "\(start.picture.path), strength \(start.strength)"))
      }
      let sampling = keyFrame.sampling
      lines.append(
        line(
          "  sampling",
          "\(sampling.steps) steps of \(sampling.sampler.rawValue) on \(sampling.schedule.rawValue), "
            + "guidance \(keyFrame.guidance), seed \(keyFrame.seed)"))
    }
    lines.append(line("Size", "\(settings.width) x \(settings.height) pixels"))
    lines.append(line("Random numbers", settings.rng.rawValue))
    lines.append(line("Prompt syntax", "\(settings.promptSyntax.rawValue), clip skip \(settings.clipSkip)"))
    lines.append(
      line(
        "Arithmetic", "\(model.packing.precision.rawValue), convolution \(model.packing.convolution.rawValue)"
      ))
    guard walk.kind != .image else { return lines }
    let pace = walk.timing.measured == nil ? "at an even pace" : "at a measured pace"
    let playback = "\(playback.fps) a second" + (playback.pingPong ? ", there and back again" : "")
    return lines + [line("Frames", "\(walk.timing.frameCount) \(pace), \(playback)")]
  }
}

extension RecipeDraft {
  fileprivate var summary: [String] {
    var identity = ""
    if case .sha256(let prefix) = model.expected { identity = " (SHA-256 \(prefix))" }
    var lines = [line("Model", model.path + identity)]
    lines += loras.map { line("LoRA", "\($0.file.path), weight \($0.weight)") }
    lines += textualInversions.map { line("Learned word", $0.file.path + ($0.token.map { ", \($0)" } ?? "")) }
    lines += [("VAE", vae), ("Tiny VAE", tinyVAE)].compactMap { name, file in file.map { line(name, $0.path) }
    }
    if kind != .image { lines.append(line("Walk", kind.rawValue + (isLoop ? ", closed" : ""))) }
    for keyFrame in keyFrames {
      let what = keyFrame.prompt ?? keyFrame.embedding?.path ?? ""
      lines.append(line("Key frame", ([what] + keyFrame.times).joined(separator: ", ")))
      if let picture = keyFrame.picture { lines.append(line("  picture", picture.path)) }
      if !keyFrame.seeds.isEmpty {
        lines.append(line("  seed", keyFrame.seeds.map { "\($0.seed)" }.joined(separator: " + ")))
      }
    }
    if !negativePrompt.isEmpty { lines.append(line("Negative prompt", negativePrompt)) }
    lines.append(
      line(
        "Sampling",
        "\(steps) steps of \(sampler.rawValue) on \(sampling().schedule.rawValue), guidance \(guidance)"))
    lines.append(line("Seed", seed.map { "\($0) (\(rng.rawValue))" } ?? "unknown"))
    if let width, let height { lines.append(line("Size", "\(width) x \(height) pixels")) }
    if let picture { lines.append(line("Begins with", "\(picture.path), strength \(strength)")) }
    lines.append(
      line("Prompt syntax", "\(promptReading.syntax.rawValue), clip skip \(promptReading.clipSkip)"))
    guard kind != .image else { return lines }
    return lines + [
      line(
        "Frames",
        "\(frames.map { "\($0)" } ?? "as the key frames need"), \(fps) a second"
          + (pingPong ? ", there and back again" : ""))
    ]
  }
}

extension RecipeDraft.KeyFrame {
  /// When it is shown, as far as it says so.
  fileprivate var times: [String] {
    let time =
      switch time {
      case .at(let length): "at \(length)"
      case .after(let length): "after \(length)"
      case nil: nil as String?
      }
    return [time, hold.map { "held for \($0)" }].compactMap { $0 }
  }
}

extension RecipeDraft.Length: CustomStringConvertible {
  /// "12 frames", "2.5 s"
  public var description: String {
    switch self {
    case .frames(let frames): String(format: "%g frames", frames)
    case .seconds(let seconds): String(format: "%g s", seconds)
    }
  }
}

private func line(_ title: String, _ text: String) -> String {
  title + String(repeating: " ", count: max(1, 18 - title.count)) + text
}
