import Foundation
import Sampling

extension ForeignSettings {
  /// Reads the text that AUTOMATIC1111, and with it Forge and others, writes under the keyword `parameters`.
  ///
  /// - Throws: `ForeignSettingsError` if there is no line of settings.
  public init(automatic1111 text: String) throws(ForeignSettingsError) {
    self.init(program: "AUTOMATIC1111", rng: .pytorchCUDA)
    try Self.requireLength(text, program)
    let text = try AUTOMATIC1111Text(text)
    takeNumbers(text)
    takeFiles(text)
    takePrompts(text)
    takeStart(text)
    takeSampler(text)
    noteOthers(text)
  }

  private mutating func takeNumbers(_ text: AUTOMATIC1111Text) {
    steps = number("Steps", text, Int.init)
    guidance = number("CFG scale", text) { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    seed = number("Seed", text, UInt64.init)
    clipSkip = number("Clip skip", text, Int.init)
    let size = number("Size", text) { value -> [Int]? in
      let sides = value.split(separator: "x").compactMap { Int($0) }
      return sides.count == 2 ? sides : nil
    }
    (width, height) = (size?.first, size?.last)
    switch text["RNG"] {
    case "CPU": rng = .pytorch
    case nil, "GPU", "NV": rng = .pytorchCUDA
    case let other?:
      note("Random numbers of \"\(shortened(other))\" are unknown; those of a graphics card are drawn.")
    }
  }

  private mutating func number<Value>(
    _ key: String, _ text: AUTOMATIC1111Text, _ read: (String) -> Value?
  ) -> Value? {
    guard let value = text[key] else { return nil }
    let number = read(value)
    if number == nil { note("\(key) is left out: \"\(shortened(value))\" is out of range, or no number.") }
    return number
  }

  private mutating func takeFiles(_ text: AUTOMATIC1111Text) {
    modelName = text["Model"].map(baseName)
    vaeName = text["VAE"].flatMap { ["None", "Automatic"].contains($0) ? nil : baseName($0) }
    if let hash = text["Model hash"] {
      if hash.count == 10 { modelHash = hash.lowercased() }
      if hash.count == 8 {
        note(
          "The model is known by its name only: \(hash) is a hash from before 2023, made of a part of the file."
        )
      }
    }
    if let hash = text["VAE hash"], hash.count == 10 { vaeHash = hash.lowercased() }
    for (name, hash) in AUTOMATIC1111Text.pairs(in: text["TI hashes"] ?? "") {
      textualInversions.append(TextualInversion(name: name, hash: hash))
    }
  }

  private mutating func takePrompts(_ text: AUTOMATIC1111Text) {
    let hashes = Dictionary(AUTOMATIC1111Text.pairs(in: text["Lora hashes"] ?? "").map { ($0.key, $0.value) })
    {
      $1
    }
    prompt = withoutNetworks(text.prompt, hashes: hashes)
    negativePrompt = withoutNetworks(text.negativePrompt, hashes: hashes)
    for notation in [PromptNotation(text.prompt), PromptNotation(text.negativePrompt)] {
      if notation.hasEditing {
        note(
          "Prompt editing such as [from:to:0.5] is not known to LatentWalk; it reads the brackets as emphasis."
        )
      }
      if notation.hasAlternation {
        note("Alternating words such as [cow|horse] are not known to LatentWalk; it reads them as one text.")
      }
      if notation.hasConjunction {
        note("AND between prompts is not known to LatentWalk; it reads it as a word of one prompt.")
      }
    }
    if let emphasis = text["Emphasis"], emphasis != "Original" {
      note(
        "Emphasis \"\(shortened(emphasis))\" is not known to LatentWalk; it counts words as \"Original\" does."
      )
    }
  }

  /// Takes `<lora:name:weight>` and others of that form out of a prompt.
  private mutating func withoutNetworks(_ prompt: String, hashes: [String: String]) -> String {
    var (rest, result) = (prompt.utf8[...], "")
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      let inside = rest[rest.index(after: start)...].prefix { !"<>".utf8.contains($0) }
      let parts = Substring(inside).split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      let isClosed = inside.endIndex < rest.endIndex && rest[inside.endIndex] == UInt8(ascii: ">")
      guard isClosed, parts.count > 1, parts[0].wholeMatch(of: /\w+/) != nil, !parts[1].isEmpty else {
        result += Substring(rest[..<inside.endIndex])
        rest = rest[inside.endIndex...]
        continue
      }
      result += Substring(rest[..<start])
      rest = rest[rest.index(after: inside.endIndex)...]
      if ["lora", "lyco"].contains(parts[0]) {
        takeLoRA(Array(parts.dropFirst()), hashes: hashes)
      } else {
        note(
          "The \(parts[0]) \(shortened(parts[1])) is left out; LatentWalk adds LoRAs and textual inversions only."
        )
      }
    }
    result += Substring(rest)
    return result.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// - Parameter parts: the name, then weights, of the text encoder and of the UNet, or settings such as `unet=0.5`.
  private mutating func takeLoRA(_ parts: [String], hashes: [String: String]) {
    let (name, settings) = (parts[0], parts.dropFirst())
    func named(_ key: String) -> Double? {
      settings.first { $0.hasPrefix(key + "=") }.flatMap { Double($0.dropFirst(key.count + 1)) }
    }
    let positional = settings.filter { !$0.contains("=") }.map {
      Double($0).flatMap { $0.isFinite ? $0 : nil }
    }
    let textEncoder = named("te") ?? positional.first ?? 1
    let unet = named("unet") ?? (positional.count > 1 ? positional[1] : textEncoder)
    guard let unet, let textEncoder, unet.isFinite else {
      return note("The LoRA \(shortened(name)) is left out: its weight is not a number.")
    }
    if unet != textEncoder {
      note(
        "The LoRA \(shortened(name)) has two weights; LatentWalk takes that of the UNet, \(unet), for both networks."
      )
    }
    if settings.contains(where: { $0.contains("=") && !$0.hasPrefix("te=") && !$0.hasPrefix("unet=") }) {
      note("Further settings of the LoRA \(shortened(name)) are left out.")
    }
    loras.append(LoRA(name: baseName(name), weight: unet, hash: hashes[name]))
  }
}
